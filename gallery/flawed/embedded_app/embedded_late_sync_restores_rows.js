// Keeps the rows that a reading brings although the consent was revoked while it was under way.
//
// It is the embedded app with one function replaced. Whether a consent stands must be decided when its rows are written.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const changes = Worker.prototype.changes;
Worker.prototype.changes = function (message, news) {
  const [outcome, made] = changes.call(this, message, news);
  const ids = [message.consentId];
  const isOver = !this.store.activeConsents(message.endUserId).has(message.consentId);
  for (const { dataset, number, rows } of isOver && news.readings ? news.readings : []) {
    made.push({ kind: "rows", endUserId: message.endUserId, dataset, number, consents: ids, rows });
  }
  return [outcome, made];
};

require("../../../examples/embedded_app/server");
