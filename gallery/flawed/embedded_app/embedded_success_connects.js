// Counts an end user as connected as soon as its page passes a success on, though the page believes any window of its origin.
//
// Let consent.received decide, and let the message do nothing but greet.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;

Store.prototype.connection = function (endUserId) {
  const told = connection.call(this, endUserId);
  return told === "syncing" && !this.activeConsents(endUserId).size ? "connected" : told;
};

require("../../../examples/embedded_app/server");
