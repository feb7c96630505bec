// Keeps only the last 1,000 message ids in memory, so an older message that is repeated is processed again.
//
// Remember every message for longer than Fiskil may repeat it, whatever arrives in between.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const REMEMBERED = 1000;

const apply = Store.prototype.apply;

Store.prototype.apply = function (change) {
  apply.call(this, change);
  if (change.kind !== "finished" || this.inbox.size <= REMEMBERED) return;
  const [oldest] = [...this.inbox].find(([, message]) => message.status !== "pending") || [];
  this.inbox.delete(oldest);
};

require("../../../examples/embedded_app/server");
