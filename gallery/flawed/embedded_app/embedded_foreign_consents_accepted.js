// Looks a consent up by its id alone, so a message in another's name changes it.
//
// A message is about an end user and a consent: both must belong together.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const changes = Worker.prototype.changes;

Worker.prototype.changes = function (message, news) {
  const known = this.store.consents.get(message.consentId);
  return changes.call(this, known ? { ...message, endUserId: known.endUserId } : message, news);
};

require("../../../examples/embedded_app/server");
