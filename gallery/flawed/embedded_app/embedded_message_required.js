// Never marks an end user as connected unless the page reports a success, whatever the events state.
//
// A closed tab posts no message. Mark an end user as connected when consent.received arrives.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;
const apply = Store.prototype.apply;
const reported = new Set();

Store.prototype.apply = function (change) {
  apply.call(this, change);
  if (change.kind === "attempt" && change.fields.status === "returned") reported.add(this.attempts.get(change.sessionId).endUserId);
};

Store.prototype.connection = function (endUserId) {
  const status = connection.call(this, endUserId);
  return status !== "connected" || reported.has(endUserId) ? status : "pending";
};

require("../../../examples/embedded_app/server");
