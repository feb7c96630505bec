// Counts nobody as connected whose page never passed a success on, whatever the events say.
//
// A closed tab posts nothing: let consent.received alone decide.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const connection = Store.prototype.connection;
const apply = Store.prototype.apply;
const heard = new Set();

Store.prototype.apply = function (change) {
  apply.call(this, change);
  if (change.kind === "attempt" && change.fields.status === "returned") heard.add(this.attempts.get(change.sessionId).endUserId);
};

Store.prototype.connection = function (endUserId) {
  const told = connection.call(this, endUserId);
  return told !== "connected" || heard.has(endUserId) ? told : "pending";
};

require("../../../examples/embedded_app/server");
