// The app's data, as a file of changes: one line is one transaction, on disk before its effects become visible.
//
// Memory holds the result of all lines. A line that a crash truncated was never acknowledged, so it is ignored.
"use strict";

const fs = require("node:fs");
const { DATASETS, covers } = require("./datasets");

class Store {
  constructor(path) {
    this.customers = new Map(); // ref -> { endUserId, wasTried }
    this.attempts = new Map(); // session_id -> { ref, endUserId, status, expiresAt, number }
    this.inbox = new Map(); // message_id -> { ...message, status }
    this.applied = new Map(); // message_id -> { endUserId, count }
    this.consents = new Map(); // consent_id -> { endUserId, status, published, isFinal, isSynced, ... }
    this.readings = new Map(); // "end_user/dataset" -> { number, consents, rows: Map }
    this.readingNumber = 0;
    this.file = fs.openSync(path, "a+", 0o600);
    const text = fs.readFileSync(path, "utf8");
    for (const line of text.split("\n").filter(Boolean)) {
      let changes;
      try {
        changes = JSON.parse(line);
      } catch {
        continue;
      }
      changes.forEach((change) => this.apply(change));
    }
    if (text && !text.endsWith("\n")) fs.writeSync(this.file, "\n");
  }

  // Write changes as one line, then apply them.
  commit(...changes) {
    if (!changes.length) return;
    fs.writeSync(this.file, JSON.stringify(changes) + "\n");
    fs.fsyncSync(this.file);
    changes.forEach((change) => this.apply(change));
  }

  apply(change) {
    switch (change.kind) {
      case "customer":
        this.customers.set(change.ref, { ...this.customers.get(change.ref), ...change.fields });
        break;
      case "attempt":
        this.attempts.set(change.sessionId, { number: this.attempts.size, ...this.attempts.get(change.sessionId), ...change.fields });
        break;
      case "received":
        this.inbox.set(change.message.messageId, { ...change.message, status: "pending" });
        break;
      case "finished":
        this.inbox.get(change.messageId).status = change.status;
        break;
      case "applied": {
        const entry = this.applied.get(change.messageId);
        this.applied.set(change.messageId, { endUserId: change.endUserId, count: (entry ? entry.count : 0) + 1 });
        break;
      }
      case "consent":
        this.consents.set(change.consentId, { ...this.consents.get(change.consentId), ...change.fields });
        if (change.fields.status === "revoked") this.forgetRows(change.consentId, Object.keys(DATASETS));
        else if (change.fields.datasets) this.forgetRows(change.consentId, uncovered(change.fields.datasets));
        break;
      case "rows":
        this.readingNumber = Math.max(this.readingNumber, change.number);
        this.readings.set(`${change.endUserId}/${change.dataset}`, {
          number: change.number,
          consents: change.consents,
          rows: new Map(change.rows.map((row) => [row.fiskil_id, row])),
        });
        break;
    }
  }

  // Delete the rows of some datasets of a consent. No sync event announces that a dataset has left a consent.
  forgetRows(consentId, datasets) {
    for (const [key, { rows }] of this.readings) {
      if (!datasets.includes(key.slice(key.lastIndexOf("/") + 1))) continue;
      for (const [id, row] of rows) if (row.consent_id === consentId) rows.delete(id);
    }
  }

  refOf(endUserId) {
    for (const [ref, customer] of this.customers) if (customer.endUserId === endUserId) return ref;
    return "";
  }

  activeConsents(endUserId) {
    const own = [...this.consents].filter(([, consent]) => consent.endUserId === endUserId && consent.status === "active");
    return new Set(own.map(([id]) => id));
  }

  pending(endUserId) {
    const isPending = (message) => message.status === "pending" && (!endUserId || message.endUserId === endUserId);
    return [...this.inbox.values()].filter(isPending);
  }

  // Return none, pending, syncing, connected, cancelled, failed or revoked. A consent decides, then the newest attempt.
  connection(endUserId) {
    const own = [...this.consents.values()].filter((consent) => consent.endUserId === endUserId);
    const active = own.filter((consent) => consent.status === "active");
    if (active.length) return active.some((consent) => consent.isSynced) ? "connected" : "syncing";
    const attempts = [...this.attempts.values()].filter((attempt) => attempt.endUserId === endUserId);
    const newest = attempts.sort((left, right) => right.number - left.number)[0];
    const hasExpired = newest && newest.status === "pending" && newest.expiresAt && newest.expiresAt < Date.now() / 1000;
    const status = newest && !hasExpired ? newest.status : "";
    if (status === "returned") return "syncing";
    if (["pending", "cancelled", "failed"].includes(status)) return status;
    return own.length ? "revoked" : "none";
  }

  rows(endUserId, dataset) {
    const reading = this.readings.get(`${endUserId}/${dataset}`);
    return reading ? [...reading.rows.values()].sort((left, right) => (left.fiskil_id < right.fiskil_id ? -1 : 1)) : [];
  }
}

function uncovered(named) {
  return Object.keys(DATASETS).filter((dataset) => !covers(named, dataset));
}

module.exports = { Store };
