// Marks a connected end user as cancelled when an old tab reports a cancellation.
//
// Each attempt has its own outcome, and no attempt ends a consent.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");
const { Store } = require("../../../examples/embedded_app/store");

const applyOutcome = Journeys.prototype.applyOutcome;
const connection = Store.prototype.connection;
const latest = new Map();

Journeys.prototype.applyOutcome = function (ref, sessionId, errorType, errorId) {
  const attempt = applyOutcome.call(this, ref, sessionId, errorType, errorId);
  if (attempt) latest.set(attempt.endUserId, errorType);
  return attempt;
};

Store.prototype.connection = function (endUserId) {
  return latest.get(endUserId) ? "cancelled" : connection.call(this, endUserId);
};

require("../../../examples/embedded_app/server");
