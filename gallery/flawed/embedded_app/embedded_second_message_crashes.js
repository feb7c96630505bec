// Takes a second message about a journey for a fault of its own and answers it with a server error.
//
// Pages post again and browsers reload; what is settled stays settled, and whoever tells it again gets the same answer.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const settled = Journeys.prototype.settled;

Journeys.prototype.settled = function (ref, sessionId, errorType, errorId) {
  const attempt = this.store.attempts.get(sessionId);
  if (attempt && attempt.status !== "pending") throw new Error("this attempt is settled");
  return settled.call(this, ref, sessionId, errorType, errorId);
};

require("../../../examples/embedded_app/server");
