// Returns a server error when a page reports the same journey a second time.
//
// Pages repeat messages and browsers reload. Keep the first outcome, and return the same response.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const applyOutcome = Journeys.prototype.applyOutcome;

Journeys.prototype.applyOutcome = function (ref, sessionId, errorType, errorId) {
  const attempt = this.store.attempts.get(sessionId);
  if (attempt && attempt.status !== "pending") throw new Error("this attempt has ended");
  return applyOutcome.call(this, ref, sessionId, errorType, errorId);
};

require("../../../examples/embedded_app/server");
