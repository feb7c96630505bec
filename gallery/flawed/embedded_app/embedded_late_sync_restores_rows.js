// Stores the rows of a reading although the consent was revoked while the reading was in progress.
//
// This is the embedded app with one function replaced. Check that the consent is active when its rows are written.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const changes = Worker.prototype.changes;
Worker.prototype.changes = function (message, news) {
  const [outcome, records] = changes.call(this, message, news);
  const ids = [message.consentId];
  const isOver = !this.store.activeConsents(message.endUserId).has(message.consentId);
  for (const { dataset, number, rows } of isOver && news.readings ? news.readings : []) {
    records.push({ kind: "rows", endUserId: message.endUserId, dataset, number, consents: ids, rows });
  }
  return [outcome, records];
};

require("../../../examples/embedded_app/server");
