// Goes back to syncing without end when the page's message arrives after the events.
//
// Messages and events arrive in any order. A message must never undo what an event has changed.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const applyOutcome = Journeys.prototype.applyOutcome;

Journeys.prototype.applyOutcome = function (ref, sessionId, errorType, errorId) {
  const attempt = applyOutcome.call(this, ref, sessionId, errorType, errorId);
  if (!attempt || errorType) return attempt;
  const ids = this.store.activeConsents(attempt.endUserId);
  this.store.commit(...[...ids].map((consentId) => ({ kind: "consent", consentId, fields: { isSynced: false } })));
  return attempt;
};

require("../../../examples/embedded_app/server");
