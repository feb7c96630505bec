// Marks an end user as connected after any message of the consent page, even after a cancellation.
//
// A message may report a cancellation or a failure. Read errorType and the URL before isCompleted.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;

Store.prototype.connection = function (endUserId) {
  const status = connection.call(this, endUserId);
  return status === "cancelled" || status === "failed" ? "connected" : status;
};

require("../../../examples/embedded_app/server");
