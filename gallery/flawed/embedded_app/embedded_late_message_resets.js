// Goes back to waiting for data when the message comes after the events, and waits for ever.
//
// Events and messages come in any order; a message never takes back what an event has told.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const settled = Journeys.prototype.settled;

Journeys.prototype.settled = function (ref, sessionId, errorType, errorId) {
  const attempt = settled.call(this, ref, sessionId, errorType, errorId);
  if (!attempt || errorType) return attempt;
  const ids = this.store.activeConsents(attempt.endUserId);
  this.store.commit(...[...ids].map((consentId) => ({ kind: "consent", consentId, fields: { isSynced: false } })));
  return attempt;
};

require("../../../examples/embedded_app/server");
