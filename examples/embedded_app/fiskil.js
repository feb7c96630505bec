// The Fiskil API client: one token for all calls, safe retries, complete lists.
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
    this.closedUntil = new Map(); // endpoint -> time of the next allowed call
  }

  // Return the ids of end users with this e-mail address. Compare here, because addresses must not be in URLs.
  async endUserIds(email, deadline) {
    const records = await this.every("/v1/end-users", "end_users", {}, deadline);
    return records.filter((user) => user.email === email && user.id).map((user) => String(user.id));
  }

  async createEndUser(email, deadline) {
    return text(await this.create("/v1/end-users", { email }, deadline), "end_user_id");
  }

  async createSession(endUserId, address, deadline) {
    const body = { end_user_id: endUserId, redirect_uri: address, cancel_uri: address };
    const session = record(await this.create("/v1/auth/session", body, deadline));
    const expiresAt = typeof session.expires_at === "number" ? session.expires_at : Date.parse(session.expires_at) / 1000 || 0;
    return { sessionId: text(session, "session_id"), authUrl: text(session, "auth_url"), expiresAt };
  }

  async consents(endUserId, deadline) {
    const records = await this.every("/v1/consent", "consents", { end_user_id: endUserId }, deadline);
    return records.map((consent) => ({
      consentId: text(consent, "arrangement_id"),
      isActive: consent.active === true,
      institution: optional(consent.institution_name) || "",
      expiresAt: optional(consent.expires_at) || "",
      datasets: Array.isArray(consent.permissions) ? consent.permissions.map(String) : [],
    }));
  }

  // End a consent. A consent that Fiskil no longer knows has already ended.
  async revoke(consentId, deadline) {
    const endpoint = "DELETE /v1/consent/{arrangement_id}";
    const url = `${this.settings.baseUrl}/v1/consent/${encodeURIComponent(consentId)}`;
    try {
      await this.call({ endpoint, url, isRepeatable: true }, deadline);
    } catch (failure) {
      if (failure.status !== 404) throw failure;
    }
  }

  // Return every row of a dataset that the app may store. Pending transactions often have no date, and a date filter
  // would hide them. They are read by status, and first: one that is posted in between is read twice, not missed.
  async rows(dataset, endUserId, deadline) {
    const oldest = new Date(Date.now() - this.settings.historyDays * 86_400_000).toISOString().slice(0, 10);
    const selections = dataset === "transactions" ? [{ status: "PENDING" }, { from: `${oldest}T00:00:00Z` }] : [{}];
    const rows = new Map();
    for (const selection of selections) {
      const params = { end_user_id: endUserId, ...selection };
      for (const entry of await this.every(`/v1/banking/${dataset}`, dataset, params, deadline)) {
        const row = rowOf(entry, DATASETS[dataset]);
        rows.set(row.fiskil_id, row);
      }
    }
    return [...rows.values()];
  }

  create(path, body, deadline) {
    return this.call({ endpoint: `POST ${path}`, url: this.settings.baseUrl + path, body, isRepeatable: false }, deadline);
  }

  // Read a list to its end. Restart once if it fails after the first page: its cursor may have expired.
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
    const visited = new Set();
    for (let url = first; url; ) {
      if (visited.has(url) || visited.size > MOST_PAGES) throw new Failure("rejected", "pages that never end");
      visited.add(url);
      let page;
      try {
        page = pageOf(await this.call({ endpoint: `GET ${path}`, url, isRepeatable: true }, deadline), root);
      } catch (failure) {
        failure.isMidwalk = url !== first;
        throw failure;
      }
      records.push(...page.records);
      url = page.next ? following(page.next, url) : "";
    }
    return records;
  }

  // Make a call with a token; renew a refused token once, however many calls it was refused to.
  async call(request, deadline) {
    const token = await this.currentToken(deadline);
    try {
      return await this.repeated(request, token, deadline);
    } catch (failure) {
      if (failure.kind !== "refused") throw failure;
    }
    return this.repeated(request, await this.renewed(token, deadline), deadline);
  }

  async currentToken(deadline) {
    return this.token && Date.now() < this.usableUntil ? this.token : this.renewed(this.token, deadline);
  }

  // Return a token other than *stale*. One caller requests it, the others wait for the result.
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
    let payload;
    try {
      payload = record(await this.repeated(request, "", deadline));
    } catch (failure) {
      if (failure.kind !== "refused" && failure.kind !== "rejected") throw failure;
      this.pausedUntil = Date.now() + Math.min(60_000, 5000 * 2 ** this.refusals++);
      log.warn("credentials_refused", { status: failure.status, reason: failure.reason, error_id: failure.errorId });
      throw new Failure("refused", failure.reason, { status: failure.status, errorId: failure.errorId, wasSent: false });
    }
    const lifetimeS = lifetime(payload.expires_in);
    this.token = text(payload, "token" in payload ? "token" : "access_token");
    this.usableUntil = Date.now() + (lifetimeS - Math.min(60, lifetimeS / 10)) * 1000;
    this.refusals = 0;
    return this.token;
  }

  // Repeat only temporary failures, and only if a repetition cannot do something twice.
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
    if (Date.now() + waitMs >= deadline) throw new Failure("unavailable", "Fiskil requested a longer wait", { wasSent: false });
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
      const details = { status: failure.status || failure.kind, reason: failure.reason, error_id: failure.errorId };
      log.warn("api_call", { endpoint: request.endpoint, ...details, ms: Date.now() - began });
      throw failure;
    }
  }
}

// Return a delay that doubles up to a cap; half of it is random, so that clients do not retry together.
function backOffMs(number) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (number - 1));
  return full / 2 + (Math.random() * full) / 2;
}

// Return the next URL. It must have the origin of the first page, because the token is sent along.
function following(link, current) {
  const target = new URL(link, current);
  if (target.origin !== new URL(current).origin) throw new Failure("rejected", "a next link to another origin");
  return target.href;
}

function pageOf(payload, root) {
  if (Array.isArray(payload)) return { records: payload.map(record), next: "" };
  const list = record(payload);
  if (!Array.isArray(list[root])) throw new Failure("unavailable", `a response without ${root}`);
  const next = list.links && typeof list.links.next === "string" ? list.links.next : "";
  return { records: list[root].map(record), next };
}

function rowOf(entry, columns) {
  const flat = { ...entry, ...(typeof entry.category === "object" ? entry.category : {}) };
  const row = { fiskil_id: text(entry, "fiskil_id"), consent_id: text(entry, "arrangement_id"), account_id: text(entry, "account_id") };
  for (const name of columns) {
    const value = optional(flat[name]);
    if (value !== null) row[name] = value;
  }
  return row;
}

function lifetime(expiresIn) {
  const seconds = typeof expiresIn === "boolean" || expiresIn === null ? NaN : Number(expiresIn);
  return seconds > 0 && seconds <= LONGEST_TOKEN_S ? seconds : DEFAULT_TOKEN_S;
}

function record(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("unavailable", "a response of another shape");
  }
  return value;
}

function text(source, name) {
  const value = record(source)[name];
  if (typeof value !== "string" || !value || !value.isWellFormed()) throw new Failure("unavailable", `a response without ${name}`);
  return value;
}

function optional(value) {
  if (typeof value !== "string" && typeof value !== "number") return null;
  return String(value).isWellFormed() ? String(value) : null;
}

module.exports = { Fiskil };
