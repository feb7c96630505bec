// Consent journeys, from the button to the first known outcome.
//
// What a page reports only changes the status of an attempt. Only Fiskil's events and API prove that a consent exists.
"use strict";

const crypto = require("node:crypto");
const log = require("./log");
const { Failure } = require("./wire");

const CANCELLED = new Set(["AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"]);

class Journeys {
  constructor({ settings, store, fiskil }) {
    Object.assign(this, { settings, store, fiskil });
    this.enrolling = new Map(); // ref -> promise: one caller creates, the others wait
  }

  // Create a new auth session; each serves one attempt.
  async begin(ref, publicUrl, deadline) {
    const endUserId = await this.endUserOf(ref, deadline);
    const key = crypto.randomUUID(); // a redirect after a cancellation names no session, so the URL identifies the attempt
    const session = await this.fiskil.createSession(endUserId, `${publicUrl}/returned?attempt=${key}`, deadline);
    if (new URL(session.authUrl).origin !== this.settings.authOrigin) throw new Failure("rejected", "an unexpected address");
    const fields = { ref, endUserId, status: "pending", expiresAt: session.expiresAt, key };
    this.store.commit({ kind: "attempt", sessionId: session.sessionId, fields });
    log.info("journey_started", { session_id: session.sessionId, end_user_id: endUserId });
    return session;
  }

  // Return the id of the session that a browser returns from, by the parameters of the URL.
  returning(sessionId, key) {
    const [ownSessionId] = [...this.store.attempts].find(([, attempt]) => key && attempt.key === key) || [];
    return sessionId || ownSessionId || "";
  }

  // Process a message that the page forwards with its origin. Return null unless it is the consent page's final message.
  receiveMessage(ref, sessionId, origin, message) {
    const ending = origin === this.settings.authOrigin ? meaning(message) : null;
    if (!ending) log.warn("message_ignored", { origin });
    else this.applyOutcome(ref, sessionId, ending.errorType, ending.errorId);
    return ending;
  }

  // Apply an outcome from the consent page or from a returning browser. A second outcome changes nothing, and neither does
  // an outcome of another customer's session.
  applyOutcome(ref, sessionId, errorType, errorId) {
    const attempt = this.store.attempts.get(sessionId);
    const isOwn = attempt && (!ref || attempt.ref === ref);
    const status = !errorType ? "returned" : CANCELLED.has(errorType) ? "cancelled" : "failed";
    const ids = { session_id: isOwn ? sessionId : "", end_user_id: isOwn ? attempt.endUserId : "" };
    if (errorType) log.warn("journey_failed", { reason: errorType, error_id: errorId, ...ids });
    else log.info("journey_returned", ids);
    if (isOwn && attempt.status === "pending") this.store.commit({ kind: "attempt", sessionId, fields: { status } });
    return isOwn ? attempt : null;
  }

  endUserOf(ref, deadline) {
    const endUserId = this.store.customers.get(ref)?.endUserId;
    if (endUserId) return endUserId;
    if (!this.enrolling.has(ref)) {
      this.enrolling.set(ref, this.enrol(ref, deadline).finally(() => this.enrolling.delete(ref)));
    }
    return this.enrolling.get(ref);
  }

  // Create the end user. Creation is not idempotent: after an attempt with an unknown outcome, search before creating again.
  async enrol(ref, deadline) {
    const email = `${ref.replace(/[^A-Za-z0-9._+-]/g, "-")}@customers.example`;
    const wasTried = this.store.customers.get(ref)?.wasTried;
    this.store.commit({ kind: "customer", ref, fields: { wasTried: true } });
    const ids = wasTried ? await this.fiskil.endUserIds(email, deadline) : [];
    const lost = ids.find((id) => !this.store.refOf(id));
    const endUserId = lost || (await this.fiskil.createEndUser(email, deadline));
    this.store.commit({ kind: "customer", ref, fields: { endUserId } });
    return endUserId;
  }

  // End every active consent, even if its event never arrived. Revoke at Fiskil first, or sharing would continue.
  async disconnect(endUserId, deadline) {
    const listed = (await this.fiskil.consents(endUserId, deadline)).filter((consent) => consent.isActive).map((consent) => consent.consentId);
    const ids = [...new Set([...listed, ...this.store.activeConsents(endUserId)])].sort();
    for (const consentId of ids) {
      await this.fiskil.revoke(consentId, deadline);
      this.store.commit({ kind: "consent", consentId, fields: { endUserId, status: "revoked", isFinal: true } });
      log.info("consent_changed", { outcome: "ended by customer", consent_id: consentId, end_user_id: endUserId });
    }
    return ids;
  }
}

// Return the outcome in a message; null if it has none. The URL of a "success" may contain an error.
function meaning(message) {
  if (typeof message !== "object" || message === null) return null;
  const address = typeof message.redirectURL === "string" ? message.redirectURL : "";
  const query = new URLSearchParams(address.split("#")[0].split("?")[1] || "");
  const texts = [message.errorType, query.get("error_type"), message.error].filter((text) => typeof text === "string" && text);
  if (texts.length) return { errorType: texts[0], errorId: String(message.errorID || query.get("error_id") || "") };
  return message.isCompleted === true && message.consentID ? { errorType: "", errorId: "" } : null;
}

module.exports = { Journeys };
