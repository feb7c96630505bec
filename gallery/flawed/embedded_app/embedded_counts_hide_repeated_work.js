// Processes a repeated message again, and reports one processing because its counts are a set of message ids.
//
// Check the message id before any work: a correct count does not prevent a second read.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const apply = Store.prototype.apply;

Store.prototype.apply = function (change) {
  if (change.kind === "applied") this.applied.delete(change.messageId);
  apply.call(this, change);
  this.inbox.has = () => false;
};

require("../../../examples/embedded_app/server");
