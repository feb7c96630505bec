// Counts an end user as connected when the consent page has posted its message, without reading which one it was.
//
// A message tells of cancellations and failures as well; read errorType, and the address, before isCompleted.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;

Store.prototype.connection = function (endUserId) {
  const told = connection.call(this, endUserId);
  return told === "cancelled" || told === "failed" ? "connected" : told;
};

require("../../../examples/embedded_app/server");
