// From the button to the first thing heard of a consent. What a page tells moves an attempt and nothing else: whether there
// is a consent, only Fiskil's events and API tell.
"use strict";

const crypto = require("node:crypto");
const log = require("./log");
const { Failure } = require("./wire");

const CANCELLED = new Set(["AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"]);

class Journeys {
  constructor({ settings, store, fiskil }) {
    Object.assign(this, { settings, store, fiskil });
    this.enrolling = new Map(); // ref -> promise; one caller creates, the others wait
  }

  // A fresh auth session; each serves one attempt.
  async begin(ref, publicUrl, deadline) {
    const endUserId = await this.endUserOf(ref, deadline);
    const key = crypto.randomUUID(); // a way back from a cancelled journey names no session, so the address itself tells
    const session = await this.fiskil.createSession(endUserId, `${publicUrl}/returned?attempt=${key}`, deadline);
    if (new URL(session.authUrl).origin !== this.settings.authOrigin) throw new Failure("rejected", "an unexpected address");
    const fields = { ref, endUserId, status: "pending", expiresAt: session.expiresAt, key };
    this.store.commit({ kind: "attempt", sessionId: session.sessionId, fields });
    log.info("journey_started", { session_id: session.sessionId, end_user_id: endUserId });
    return session;
  }

  // The session that somebody comes back from, by what the address says.
  returning(sessionId, key) {
    const [found] = [...this.store.attempts].find(([, one]) => key && one.key === key) || [];
    return sessionId || found || "";
  }

  // A message that the page passes on, with where it came from. Null where it is none of the consent page's, or not its last.
  heard(ref, sessionId, origin, message) {
    const told = origin === this.settings.authOrigin ? meaning(message) : null;
    if (!told) log.warn("message_ignored", { origin });
    else this.settled(ref, sessionId, told.errorType, told.errorId);
    return told;
  }

  // What the consent page said, or what a browser comes back with. A second telling changes nothing, and somebody else's
  // session is none of this customer's.
  settled(ref, sessionId, errorType, errorId) {
    const attempt = this.store.attempts.get(sessionId);
    const isOwn = attempt && (!ref || attempt.ref === ref);
    const status = !errorType ? "returned" : CANCELLED.has(errorType) ? "cancelled" : "failed";
    const told = { session_id: isOwn ? sessionId : "", end_user_id: isOwn ? attempt.endUserId : "" };
    if (errorType) log.warn("journey_failed", { reason: errorType, error_id: errorId, ...told });
    else log.info("journey_returned", told);
    if (isOwn && attempt.status === "pending") this.store.commit({ kind: "attempt", sessionId, fields: { status } });
    return isOwn ? attempt : null;
  }

  endUserOf(ref, deadline) {
    const known = this.store.customers.get(ref)?.endUserId;
    if (known) return known;
    if (!this.enrolling.has(ref)) {
      this.enrolling.set(ref, this.enrol(ref, deadline).finally(() => this.enrolling.delete(ref)));
    }
    return this.enrolling.get(ref);
  }

  // Creating is not idempotent: after an attempt whose outcome is unknown, look before creating again.
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

  // End each active consent, also one whose event never came. Fiskil first: a local end alone would share on.
  async disconnect(endUserId, deadline) {
    const listed = (await this.fiskil.consents(endUserId, deadline)).filter((one) => one.isActive).map((one) => one.consentId);
    const ids = [...new Set([...listed, ...this.store.activeConsents(endUserId)])].sort();
    for (const consentId of ids) {
      await this.fiskil.revoke(consentId, deadline);
      this.store.commit({ kind: "consent", consentId, fields: { endUserId, status: "revoked", isFinal: true } });
      log.info("consent_changed", { outcome: "ended by customer", consent_id: consentId, end_user_id: endUserId });
    }
    return ids;
  }
}

// What a message comes to; null where it is no ending. Errors may stand in the address of a "success".
function meaning(message) {
  if (typeof message !== "object" || message === null) return null;
  const address = typeof message.redirectURL === "string" ? message.redirectURL : "";
  const query = new URLSearchParams(address.split("#")[0].split("?")[1] || "");
  const texts = [message.errorType, query.get("error_type"), message.error].filter((one) => typeof one === "string" && one);
  if (texts.length) return { errorType: texts[0], errorId: String(message.errorID || query.get("error_id") || "") };
  return message.isCompleted === true && message.consentID ? { errorType: "", errorId: "" } : null;
}

module.exports = { Journeys };
