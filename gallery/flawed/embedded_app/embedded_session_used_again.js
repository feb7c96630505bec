// Reuses the auth session of the last attempt, even after a cancellation.
//
// Create a new auth session for every attempt.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const begin = Journeys.prototype.begin;
const sessions = new Map();

Journeys.prototype.begin = async function (ref, publicUrl, deadline) {
  if (!sessions.has(ref)) sessions.set(ref, await begin.call(this, ref, publicUrl, deadline));
  return sessions.get(ref);
};

require("../../../examples/embedded_app/server");
