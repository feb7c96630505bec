// Fiskil, as far as this app needs it: one token for all, calls that are repeated while that is safe, lists to their end.
"use strict";

const { DATASETS } = require("./datasets");
const log = require("./log");
const { exchange, Failure } = require("./wire");

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
const SLACK_MS = 20;
const DEFAULT_TOKEN_S = 60;
const LONGEST_TOKEN_S = 86_400;
const MOST_PAGES = 10_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

class Fiskil {
  constructor(settings) {
    this.settings = settings;
    this.token = "";
    this.usableUntil = 0;
    this.renewing = null;
    this.refusals = 0;
    this.pausedUntil = 0;
    this.closedUntil = new Map(); // endpoint -> when Fiskil may be asked again
  }

  // Ids of end users with this e-mail address. It is compared here, because addresses do not belong in URLs.
  async endUserIds(email, deadline) {
    const records = await this.every("/v1/end-users", "end_users", {}, deadline);
    return records.filter((one) => one.email === email && one.id).map((one) => String(one.id));
  }

  async createEndUser(email, deadline) {
    return text(await this.create("/v1/end-users", { email }, deadline), "end_user_id");
  }

  async createSession(endUserId, address, deadline) {
    const body = { end_user_id: endUserId, redirect_uri: address, cancel_uri: address };
    const told = record(await this.create("/v1/auth/session", body, deadline));
    const expiresAt = typeof told.expires_at === "number" ? told.expires_at : Date.parse(told.expires_at) / 1000 || 0;
    return { sessionId: text(told, "session_id"), authUrl: text(told, "auth_url"), expiresAt };
  }

  async consents(endUserId, deadline) {
    const records = await this.every("/v1/consent", "consents", { end_user_id: endUserId }, deadline);
    return records.map((one) => ({
      consentId: text(one, "arrangement_id"),
      isActive: one.active === true,
      institution: optional(one.institution_name) || "",
      expiresAt: optional(one.expires_at) || "",
      datasets: Array.isArray(one.permissions) ? one.permissions.map(String) : [],
    }));
  }

  // End a consent. One that Fiskil no longer knows has ended already.
  async revoke(consentId, deadline) {
    const endpoint = "DELETE /v1/consent/{arrangement_id}";
    const url = `${this.settings.baseUrl}/v1/consent/${encodeURIComponent(consentId)}`;
    try {
      await this.call({ endpoint, url, isRepeatable: true }, deadline);
    } catch (failure) {
      if (failure.status !== 404) throw failure;
    }
  }

  // Every row of a dataset that the app may keep. Pending transactions often carry no date, which a filter by date would
  // hide, so they are asked for by status, and first: one that is posted in between is read twice, not missed.
  async rows(dataset, endUserId, deadline) {
    const oldest = new Date(Date.now() - this.settings.historyDays * 86_400_000).toISOString().slice(0, 10);
    const selections = dataset === "transactions" ? [{ status: "PENDING" }, { from: `${oldest}T00:00:00Z` }] : [{}];
    const found = new Map();
    for (const selection of selections) {
      const params = { end_user_id: endUserId, ...selection };
      for (const one of await this.every(`/v1/banking/${dataset}`, dataset, params, deadline)) {
        const row = rowOf(one, DATASETS[dataset]);
        found.set(row.fiskil_id, row);
      }
    }
    return [...found.values()];
  }

  create(path, body, deadline) {
    return this.call({ endpoint: `POST ${path}`, url: this.settings.baseUrl + path, body, isRepeatable: false }, deadline);
  }

  // A list to its end. A walk that breaks after its first page begins once more: its cursor may have expired.
  async every(path, root, params, deadline) {
    const first = `${this.settings.baseUrl}${path}?${new URLSearchParams(params)}`;
    try {
      return await this.walk(first, path, root, deadline);
    } catch (failure) {
      if (!failure.isMidwalk || failure.kind === "refused") throw failure;
      return this.walk(first, path, root, deadline);
    }
  }

  async walk(first, path, root, deadline) {
    const records = [];
    const seen = new Set();
    for (let url = first; url; ) {
      if (seen.has(url) || seen.size > MOST_PAGES) throw new Failure("rejected", "pages that never end");
      seen.add(url);
      let told;
      try {
        told = pageOf(await this.call({ endpoint: `GET ${path}`, url, isRepeatable: true }, deadline), root);
      } catch (failure) {
        failure.isMidwalk = url !== first;
        throw failure;
      }
      records.push(...told.records);
      url = told.next ? following(told.next, url) : "";
    }
    return records;
  }

  // A call with a token; a refused token is renewed once, however many calls it was refused to.
  async call(request, deadline) {
    const used = await this.currentToken(deadline);
    try {
      return await this.repeated(request, used, deadline);
    } catch (failure) {
      if (failure.kind !== "refused") throw failure;
    }
    return this.repeated(request, await this.renewed(used, deadline), deadline);
  }

  async currentToken(deadline) {
    return this.token && Date.now() < this.usableUntil ? this.token : this.renewed(this.token, deadline);
  }

  // Another token than *stale*. One caller asks, the others wait for what comes of it.
  renewed(stale, deadline) {
    if (this.token && this.token !== stale && Date.now() < this.usableUntil) return this.token;
    this.renewing ??= this.renew(deadline).finally(() => (this.renewing = null));
    return this.renewing;
  }

  async renew(deadline) {
    const pauseMs = this.pausedUntil - Date.now();
    if (pauseMs > 0) throw new Failure("refused", "the credentials were refused a moment ago", { wasSent: false });
    this.token = "";
    const body = { client_id: this.settings.clientId, client_secret: this.settings.clientSecret };
    const request = { endpoint: "POST /v1/token", url: `${this.settings.baseUrl}/v1/token`, body, isRepeatable: true };
    let told;
    try {
      told = record(await this.repeated(request, "", deadline));
    } catch (failure) {
      if (failure.kind !== "refused" && failure.kind !== "rejected") throw failure;
      this.pausedUntil = Date.now() + Math.min(60_000, 5000 * 2 ** this.refusals++);
      log.warn("credentials_refused", { status: failure.status, reason: failure.reason, error_id: failure.errorId });
      throw new Failure("refused", failure.reason, { status: failure.status, errorId: failure.errorId, wasSent: false });
    }
    const lifetimeS = lifetime(told.expires_in);
    this.token = text(told, "token" in told ? "token" : "access_token");
    this.usableUntil = Date.now() + (lifetimeS - Math.min(60, lifetimeS / 10)) * 1000;
    this.refusals = 0;
    return this.token;
  }

  // Only what may pass is repeated, and only where repeating cannot do a thing twice.
  async repeated(request, token, deadline) {
    for (let number = 1; ; number += 1) {
      try {
        await this.untilOpen(request.endpoint, deadline);
        return await this.once(request, token, deadline);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (failure.retryAfterS) this.closedUntil.set(request.endpoint, Date.now() + failure.retryAfterS * 1000);
        const waitMs = Math.max(backOffMs(number), (failure.retryAfterS ?? 0) * 1000 + SLACK_MS);
        const mayRepeat = failure.mayPass && (request.isRepeatable || !failure.wasSent);
        if (!mayRepeat || number === ATTEMPTS || Date.now() + waitMs >= deadline) throw failure;
        await sleep(waitMs);
      }
    }
  }

  async untilOpen(endpoint, deadline) {
    const waitMs = (this.closedUntil.get(endpoint) ?? 0) - Date.now();
    if (waitMs <= 0) return;
    if (Date.now() + waitMs >= deadline) throw new Failure("unavailable", "Fiskil asked us to wait longer", { wasSent: false });
    await sleep(waitMs + SLACK_MS);
  }

  async once(request, token, deadline) {
    const timeoutMs = Math.min(this.settings.callMs, deadline - Date.now());
    if (timeoutMs <= 0) throw new Failure("timeout", "no time left", { wasSent: false });
    const began = Date.now();
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const method = request.endpoint.split(" ")[0];
    try {
      const payload = await exchange({ ...request, method, headers, timeoutMs });
      log.info("api_call", { endpoint: request.endpoint, status: 200, ms: Date.now() - began });
      return payload;
    } catch (failure) {
      const told = { status: failure.status || failure.kind, reason: failure.reason, error_id: failure.errorId };
      log.warn("api_call", { endpoint: request.endpoint, ...told, ms: Date.now() - began });
      throw failure;
    }
  }
}

// Doubles up to a cap; half of it is chance, so that callers do not return in step.
function backOffMs(number) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (number - 1));
  return full / 2 + (Math.random() * full) / 2;
}

// A link is followed only back to where the first page came from: the token goes with it.
function following(link, current) {
  const target = new URL(link, current);
  if (target.origin !== new URL(current).origin) throw new Failure("rejected", "a next link to another origin");
  return target.href;
}

function pageOf(payload, root) {
  if (Array.isArray(payload)) return { records: payload.map(record), next: "" };
  const told = record(payload);
  if (!Array.isArray(told[root])) throw new Failure("unavailable", `an answer without ${root}`);
  const next = told.links && typeof told.links.next === "string" ? told.links.next : "";
  return { records: told[root].map(record), next };
}

function rowOf(told, columns) {
  const flat = { ...told, ...(typeof told.category === "object" ? told.category : {}) };
  const row = { fiskil_id: text(told, "fiskil_id"), consent_id: text(told, "arrangement_id"), account_id: text(told, "account_id") };
  for (const name of columns) {
    const value = optional(flat[name]);
    if (value !== null) row[name] = value;
  }
  return row;
}

function lifetime(told) {
  const seconds = typeof told === "boolean" || told === null ? NaN : Number(told);
  return seconds > 0 && seconds <= LONGEST_TOKEN_S ? seconds : DEFAULT_TOKEN_S;
}

function record(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("unavailable", "an answer of another shape");
  }
  return value;
}

function text(told, name) {
  const value = record(told)[name];
  if (typeof value !== "string" || !value || !value.isWellFormed()) throw new Failure("unavailable", `an answer without ${name}`);
  return value;
}

function optional(value) {
  if (typeof value !== "string" && typeof value !== "number") return null;
  return String(value).isWellFormed() ? String(value) : null;
}

module.exports = { Fiskil };
