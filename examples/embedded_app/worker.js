// The work behind a webhook: read from Fiskil what it announces, then write all changes as one line of the file.
//
// A message that fails is retried after a growing delay and does not delay others. After a bounded number of tries it is
// left to people, and a later refresh reads what it announced.
"use strict";

const log = require("./log");
const { DATASETS, covers } = require("./datasets");
const { Failure } = require("./wire");

const AT_ONCE = 4;
const MOST_TRIES = 8;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
const STATUS_AFTER = { "consent.received": "active", "consent.updated": "active", "consent.revoked": "revoked" };
const SYNC = /^banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed$/;

class Worker {
  constructor({ settings, store, fiskil, points }) {
    Object.assign(this, { settings, store, fiskil, points });
    this.busy = new Set(); // ids of messages in progress
    this.waiting = new Set(); // ids of messages that wait for their next try
    this.tries = new Map(); // number of failed tries, by id
  }

  // Begin with new messages: those that wait for a retry must neither take a place nor delay others.
  wake() {
    setImmediate(() => {
      const failures = (message) => this.tries.get(message.messageId) || 0;
      const idle = this.store.pending("").filter(({ messageId }) => !this.busy.has(messageId) && !this.waiting.has(messageId));
      for (const message of idle.sort((left, right) => failures(left) - failures(right)).slice(0, AT_ONCE - this.busy.size)) {
        this.busy.add(message.messageId);
        this.work(message, failures(message) + 1);
      }
    });
  }

  async work(message, tries) {
    const details = { message_id: message.messageId, event: message.event, end_user_id: message.endUserId };
    try {
      const outcome = await this.process(message);
      this.tries.delete(message.messageId);
      log.info(message.event in STATUS_AFTER ? "consent_changed" : "message_applied", { ...details, outcome, consent_id: message.consentId });
    } catch (error) {
      const reason = error.reason || error.code || error.message;
      if (tries < MOST_TRIES && error.kind !== "rejected") {
        log.warn("message_postponed", { ...details, reason, tries });
        this.postpone(message, tries, delayMs(error, tries));
      } else {
        log.warn("message_failed", { ...details, reason, tries });
        this.tries.delete(message.messageId);
        this.settle(message);
      }
    }
    this.busy.delete(message.messageId);
    this.wake();
  }

  postpone(message, tries, ms) {
    this.tries.set(message.messageId, tries);
    this.waiting.add(message.messageId);
    setTimeout(() => {
      this.waiting.delete(message.messageId);
      this.wake();
    }, ms);
  }

  settle(message) {
    try {
      this.store.commit({ kind: "finished", messageId: message.messageId, status: "failed" });
    } catch (error) {
      log.warn("journal_trouble", { reason: error.code || error.message });
    }
  }

  async process(message) {
    this.points.trip("before");
    const news = await this.read(message, Date.now() + this.settings.messageMs);
    if (this.store.inbox.get(message.messageId).status !== "pending") return "finished already";
    const [outcome, changes] = this.changes(message, news);
    this.points.trip("midway");
    this.store.commit(
      ...changes,
      { kind: "finished", messageId: message.messageId, status: "done" },
      { kind: "applied", messageId: message.messageId, endUserId: message.endUserId },
    );
    this.points.trip("after");
    return outcome;
  }

  // Read what a message announces; nothing for unknown end users or unused events.
  async read(message, deadline) {
    const { fiskil, store } = this;
    if (!store.refOf(message.endUserId)) return {};
    if (message.event === "consent.received" || message.event === "consent.updated") {
      return { listed: await fiskil.consents(message.endUserId, deadline) };
    }
    const dataset = (SYNC.exec(message.event) || [])[1];
    if (!dataset) return {};
    // A consent that no event has announced is looked up. The message alone is not trusted.
    const listed = store.consents.has(message.consentId) ? undefined : await fiskil.consents(message.endUserId, deadline);
    const active = store.activeConsents(message.endUserId);
    const isListed = (listed || []).some((consent) => consent.isActive && consent.consentId === message.consentId);
    if (!active.has(message.consentId) && !isListed) return { listed };
    try {
      return { listed, readings: [await this.reading(dataset, message.endUserId, deadline)] };
    } catch (failure) {
      if (![403, 404].includes(failure.status)) throw failure;
    }
    // If the consent has ended while the message waited, nothing is left to read; otherwise the refusal is an error.
    const now = await fiskil.consents(message.endUserId, deadline);
    if (now.some((consent) => consent.isActive && consent.consentId === message.consentId)) {
      throw new Failure("unavailable", "data of an active consent is refused");
    }
    return { listed: now };
  }

  // Read a dataset. The reading gets its number when it begins, so an earlier one never replaces a later one.
  async reading(dataset, endUserId, deadline) {
    const number = ++this.store.readingNumber;
    return { dataset, number, rows: await this.fiskil.rows(dataset, endUserId, deadline) };
  }

  // Read everything of one end user now, and store all of it or nothing.
  async refresh(endUserId, deadline) {
    const listed = await this.fiskil.consents(endUserId, deadline);
    const readings = [];
    for (const dataset of Object.keys(DATASETS)) {
      const isGranted = listed.some((consent) => consent.isActive && covers(consent.datasets, dataset));
      if (isGranted) readings.push(await this.reading(dataset, endUserId, deadline));
    }
    const draft = new Draft(this.store, endUserId);
    draft.list(listed, new Set(listed.map((consent) => consent.consentId)));
    const ids = new Set(listed.map((consent) => consent.consentId));
    for (const id of this.store.activeConsents(endUserId)) if (!ids.has(id)) draft.end(id);
    if (draft.active().size) draft.complete();
    readings.forEach((reading) => draft.keep(reading));
    this.store.commit(...draft.changes);
    return Object.fromEntries(readings.map((reading) => [reading.dataset, reading.rows.length]));
  }

  changes(message, { listed = [], readings = [] }) {
    const draft = new Draft(this.store, message.endUserId);
    if (!this.store.refOf(message.endUserId)) return ["foreign", []];
    let outcome = readings.length ? "read" : "ignored";
    if (message.event in STATUS_AFTER) {
      outcome = draft.applyEvent(message);
      if (message.event !== "consent.revoked" && outcome !== "foreign") draft.complete();
    }
    draft.list(listed, new Set([message.consentId]));
    if (draft.active().has(message.consentId)) readings.forEach((reading) => draft.keep(reading, message.consentId));
    return [outcome, draft.changes];
  }
}

// Changes of one end user that are committed together. Each is based on the store and on the earlier changes.
class Draft {
  constructor(store, endUserId) {
    Object.assign(this, { store, endUserId, changes: [], consents: new Map() });
  }

  consent(id) {
    return this.consents.get(id) || this.store.consents.get(id);
  }

  change(id, fields) {
    this.consents.set(id, { ...this.consent(id), ...fields });
    this.changes.push({ kind: "consent", consentId: id, fields });
  }

  active() {
    const ids = new Set([...this.store.consents.keys(), ...this.consents.keys()]);
    const isActive = (id) => this.consent(id).endUserId === this.endUserId && this.consent(id).status === "active";
    return new Set([...ids].filter(isActive));
  }

  // Apply an event. The newest publish_time wins, in any order of arrival; at the same instant a revocation wins.
  applyEvent(message) {
    const stored = this.consent(message.consentId);
    if (!message.consentId || (stored && stored.endUserId !== this.endUserId)) return "foreign";
    const isEnd = message.event === "consent.revoked";
    const isNewer = !stored || message.publishedUs > stored.published || (message.publishedUs === stored.published && isEnd);
    if (stored && (stored.isFinal || !isNewer)) return "outdated";
    this.change(message.consentId, { endUserId: this.endUserId, status: STATUS_AFTER[message.event], published: message.publishedUs });
    return "applied";
  }

  // Update details and end what has ended; a list never reactivates a consent.
  list(listed, adopted) {
    for (const consent of listed) {
      const stored = this.consent(consent.consentId);
      if (stored ? stored.endUserId !== this.endUserId : !adopted.has(consent.consentId)) continue;
      const fields = { institution: consent.institution, expiresAt: consent.expiresAt, datasets: consent.datasets };
      this.change(consent.consentId, stored ? fields : { endUserId: this.endUserId, status: "active", published: 0, ...fields });
      if (!consent.isActive) this.end(consent.consentId);
    }
  }

  end(id) {
    this.change(id, { status: "revoked", isFinal: true });
  }

  // Mark the open attempts of this end user as completed, because a consent has arrived.
  complete() {
    for (const [sessionId, attempt] of this.store.attempts) {
      if (attempt.endUserId === this.endUserId && ["pending", "returned"].includes(attempt.status)) {
        this.changes.push({ kind: "attempt", sessionId, fields: { status: "completed" } });
      }
    }
  }

  keep(reading, announced) {
    const active = new Set([...this.active()].filter((id) => covers(this.consent(id).datasets || [], reading.dataset)));
    const latest = this.store.readings.get(`${this.endUserId}/${reading.dataset}`);
    const rows = reading.rows.filter((row) => active.has(row.consent_id));
    if (latest && latest.number > reading.number) {
      if (![...active].every((id) => latest.consents.includes(id))) throw new Failure("unavailable", "superseded by a reading that knew less");
    } else {
      this.changes.push({ kind: "rows", endUserId: this.endUserId, dataset: reading.dataset, number: reading.number, consents: [...active], rows });
    }
    for (const id of new Set([...rows.map((row) => row.consent_id), ...(announced ? [announced] : [])])) {
      if (!this.consent(id).isSynced) this.change(id, { isSynced: true });
    }
  }
}

function delayMs(error, tries) {
  const full = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1));
  return Math.max(full / 2 + (Math.random() * full) / 2, (error.retryAfterS || 0) * 1000);
}

module.exports = { Worker };
