// Commits effects and completion in two steps, so a failure between them repeats the effects.
//
// Commit the effects of a message and its completion in one transaction.
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
