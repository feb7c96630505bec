// The work behind a webhook: read from Fiskil what it announces, then change everything in one line of the journal.
//
// A message that fails is tried again after a growing wait and holds up no other; after a bounded number of tries it is left
// to people, and a later refresh reads what it announced.
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
    this.busy = new Set(); // message ids under way or waiting for their next try
  }

  wake() {
    setImmediate(() => {
      for (const message of this.store.pending("")) {
        if (this.busy.size >= AT_ONCE) return;
        if (this.busy.has(message.messageId)) continue;
        this.busy.add(message.messageId);
        this.work(message, 1);
      }
    });
  }

  async work(message, tries) {
    const told = { message_id: message.messageId, event: message.event, end_user_id: message.endUserId };
    try {
      const outcome = await this.process(message);
      log.info(message.event in STATUS_AFTER ? "consent_changed" : "message_applied", { ...told, outcome, consent_id: message.consentId });
    } catch (error) {
      const reason = error.reason || error.code || error.message;
      if (tries < MOST_TRIES && error.kind !== "rejected") {
        log.warn("message_postponed", { ...told, reason, tries });
        setTimeout(() => this.work(message, tries + 1), delayMs(error, tries));
        return;
      }
      log.warn("message_failed", { ...told, reason, tries });
      this.settle(message);
    }
    this.busy.delete(message.messageId);
    this.wake();
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

  // Nothing is read for people we do not know, or because of events we do not use.
  async read(message, deadline) {
    const { fiskil, store } = this;
    if (!store.refOf(message.endUserId)) return {};
    if (message.event === "consent.received" || message.event === "consent.updated") {
      return { listed: await fiskil.consents(message.endUserId, deadline) };
    }
    const dataset = (SYNC.exec(message.event) || [])[1];
    if (!dataset) return {};
    // A consent that nobody told us of is looked up, never just believed.
    const listed = store.consents.has(message.consentId) ? undefined : await fiskil.consents(message.endUserId, deadline);
    const active = store.activeConsents(message.endUserId);
    const isListed = (listed || []).some((one) => one.isActive && one.consentId === message.consentId);
    if (!active.has(message.consentId) && !isListed) return { listed };
    try {
      return { listed, readings: [await this.reading(dataset, message.endUserId, deadline)] };
    } catch (failure) {
      if (![403, 404].includes(failure.status)) throw failure;
    }
    // Either the consent has ended while the message waited, and nothing is left to read, or something is wrong.
    const now = await fiskil.consents(message.endUserId, deadline);
    if (now.some((one) => one.isActive && one.consentId === message.consentId)) {
      throw new Failure("unavailable", "data of an active consent is refused");
    }
    return { listed: now };
  }

  // Readings are numbered when they begin: an earlier one never replaces a later one, however long it took.
  async reading(dataset, endUserId, deadline) {
    const number = ++this.store.readingNumber;
    return { dataset, number, rows: await this.fiskil.rows(dataset, endUserId, deadline) };
  }

  // Everything of one end user, now: all of it is kept or nothing.
  async refresh(endUserId, deadline) {
    const listed = await this.fiskil.consents(endUserId, deadline);
    const readings = [];
    for (const dataset of Object.keys(DATASETS)) {
      const isGranted = listed.some((one) => one.isActive && covers(one.datasets, dataset));
      if (isGranted) readings.push(await this.reading(dataset, endUserId, deadline));
    }
    const draft = new Draft(this.store, endUserId);
    draft.list(listed, new Set(listed.map((one) => one.consentId)));
    const ids = new Set(listed.map((one) => one.consentId));
    for (const id of this.store.activeConsents(endUserId)) if (!ids.has(id)) draft.end(id);
    if (draft.active().size) draft.complete();
    readings.forEach((reading) => draft.keep(reading));
    this.store.commit(...draft.changes);
    return Object.fromEntries(readings.map((one) => [one.dataset, one.rows.length]));
  }

  changes(message, { listed = [], readings = [] }) {
    const draft = new Draft(this.store, message.endUserId);
    if (!this.store.refOf(message.endUserId)) return ["foreign", []];
    let outcome = readings.length ? "read" : "ignored";
    if (message.event in STATUS_AFTER) {
      outcome = draft.hear(message);
      if (message.event !== "consent.revoked" && outcome !== "foreign") draft.complete();
    }
    draft.list(listed, new Set([message.consentId]));
    if (draft.active().has(message.consentId)) readings.forEach((reading) => draft.keep(reading, message.consentId));
    return [outcome, draft.changes];
  }
}

// Changes about one end user that belong together, decided upon what the store holds and what was drafted before.
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

  // The newest word about a consent wins, in whatever order the words arrive; at the same instant its end does.
  hear(message) {
    const known = this.consent(message.consentId);
    if (!message.consentId || (known && known.endUserId !== this.endUserId)) return "foreign";
    const isEnd = message.event === "consent.revoked";
    const isNewer = !known || message.publishedUs > known.published || (message.publishedUs === known.published && isEnd);
    if (known && (known.isFinal || !isNewer)) return "outdated";
    this.change(message.consentId, { endUserId: this.endUserId, status: STATUS_AFTER[message.event], published: message.publishedUs });
    return "applied";
  }

  // Details, and the end of what has ended; a consent never comes back to life by a list.
  list(listed, adopted) {
    for (const one of listed) {
      const known = this.consent(one.consentId);
      if (known ? known.endUserId !== this.endUserId : !adopted.has(one.consentId)) continue;
      const fields = { institution: one.institution, expiresAt: one.expiresAt, datasets: one.datasets };
      this.change(one.consentId, known ? fields : { endUserId: this.endUserId, status: "active", published: 0, ...fields });
      if (!one.isActive) this.end(one.consentId);
    }
  }

  end(id) {
    this.change(id, { status: "revoked", isFinal: true });
  }

  // A consent has arrived: nobody waits for the open attempts of this end user any more.
  complete() {
    for (const [sessionId, one] of this.store.attempts) {
      if (one.endUserId === this.endUserId && ["pending", "returned"].includes(one.status)) {
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
