// Lets the page's latest word stand above everything, so a cancellation in an old tab disconnects who has consented.
//
// Each attempt has an ending of its own, and none of them ends a consent.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");
const { Store } = require("../../../examples/embedded_app/store");

const settled = Journeys.prototype.settled;
const connection = Store.prototype.connection;
const latest = new Map();

Journeys.prototype.settled = function (ref, sessionId, errorType, errorId) {
  const attempt = settled.call(this, ref, sessionId, errorType, errorId);
  if (attempt) latest.set(attempt.endUserId, errorType);
  return attempt;
};

Store.prototype.connection = function (endUserId) {
  return latest.get(endUserId) ? "cancelled" : connection.call(this, endUserId);
};

require("../../../examples/embedded_app/server");
