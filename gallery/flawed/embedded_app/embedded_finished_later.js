// Commits what a message does and marks it as finished a moment later, so a failure in between does it again.
//
// What a message does and that it is done belong into one transaction.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

Worker.prototype.process = async function (message) {
  this.points.trip("before");
  const news = await this.read(message, Date.now() + this.settings.messageMs);
  const [outcome, changes] = this.changes(message, news);
  this.store.commit(...changes, { kind: "applied", messageId: message.messageId, endUserId: message.endUserId });
  this.points.trip("midway");
  this.store.commit({ kind: "finished", messageId: message.messageId, status: "done" });
  this.points.trip("after");
  return outcome;
};

require("../../../examples/embedded_app/server");
