// Reads the consents from Fiskil after every message of its page, before any event has arrived.
//
// It trusts the API and not the message. The later events then find the data unchanged.
"use strict";

const { Journeys } = require("../../examples/embedded_app/journeys");
const { Worker } = require("../../examples/embedded_app/worker");

const workers = new Map(); // store -> worker
const wake = Worker.prototype.wake;
const applyOutcome = Journeys.prototype.applyOutcome;

Worker.prototype.wake = function () {
  workers.set(this.store, this);
  wake.call(this);
};

Journeys.prototype.applyOutcome = function (ref, sessionId, errorType, errorId) {
  const attempt = applyOutcome.call(this, ref, sessionId, errorType, errorId);
  if (attempt) workers.get(this.store).refresh(attempt.endUserId, Date.now() + this.settings.messageMs).catch(() => {});
  return attempt;
};

require("../../examples/embedded_app/server");
