// Reuses the auth session of an abandoned attempt as long as the session is open.
//
// That is lawful. After any outcome, even if only the page knows it, the app creates a new session.
"use strict";

const { Journeys } = require("../../examples/embedded_app/journeys");

const begin = Journeys.prototype.begin;
const opened = new Map(); // ref -> the newest session

Journeys.prototype.begin = async function (ref, publicUrl, deadline) {
  const session = opened.get(ref);
  const attempt = session && this.store.attempts.get(session.sessionId);
  if (attempt && attempt.status === "pending" && attempt.expiresAt > Date.now() / 1000) return session;
  opened.set(ref, await begin.call(this, ref, publicUrl, deadline));
  return opened.get(ref);
};

require("../../examples/embedded_app/server");
