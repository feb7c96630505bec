// Reports a message as applied when it is received, and forgets unfinished work when it starts again.
//
// Count a message when its effect is stored, and continue unfinished work after a restart.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const apply = Store.prototype.apply;
const pending = Store.prototype.pending;
let isStarted = false;

Store.prototype.apply = function (change) {
  if (change.kind === "applied") return;
  apply.call(this, change);
  if (change.kind !== "received") return;
  apply.call(this, { kind: "applied", messageId: change.message.messageId, endUserId: change.message.endUserId });
  if (!isStarted) this.inbox.get(change.message.messageId).status = "done";
};

Store.prototype.pending = function (endUserId) {
  isStarted = true;
  return pending.call(this, endUserId);
};

require("../../../examples/embedded_app/server");
