// Finds a consent by its id alone, so a message that names another end user changes it.
//
// Find a consent by consent id and end user id together.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const changes = Worker.prototype.changes;

Worker.prototype.changes = function (message, news) {
  const stored = this.store.consents.get(message.consentId);
  return changes.call(this, stored ? { ...message, endUserId: stored.endUserId } : message, news);
};

require("../../../examples/embedded_app/server");
