// The embedded app: a small, complete integration in Node.js that uses only the standard library.
//
// It shows Fiskil's consent page inside its own page, listens to that page's messages, verifies webhooks and reads the
// data.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { Fiskil } = require("./fiskil");
const { Journeys } = require("./journeys");
const log = require("./log");
const pages = require("./pages");
const { Points } = require("./points");
const { load } = require("./settings");
const { Store } = require("./store");
const { receive } = require("./webhook");
const { Failure } = require("./wire");
const { Worker } = require("./worker");

const LARGEST_FORM = 65_536;
const EMBED = fs.readFileSync(path.join(__dirname, "public", "embed.js"));

function build(settings) {
  const store = new Store(settings.journal);
  const fiskil = new Fiskil(settings);
  const context = { settings, store, fiskil, points: new Points() };
  context.worker = new Worker(context);
  context.journeys = new Journeys(context);
  context.worker.wake();
  return http.createServer((request, response) => {
    handle(request, response, context).catch((error) => {
      log.warn("request_failed", { reason: error.reason || error.code || error.name });
      if (!response.headersSent) json(response, 500, { error: "unavailable", message: "We cannot do that right now." });
    });
  });
}

async function handle(request, response, context) {
  const { settings, store, journeys, worker, points } = context;
  const url = new URL(request.url, "http://localhost");
  const customer = url.searchParams.get("customer") || "";
  const [, first, ref, act] = url.pathname.split("/").map(decodeURIComponent);
  const publicUrl = `http://${request.headers.host || `127.0.0.1:${settings.port}`}`;
  switch (`${request.method} ${first === "customers" ? `/customers/${act}` : url.pathname}`) {
    case "GET /healthz":
      return json(response, 200, { status: "ok" });
    case "GET /":
    case "GET /connect":
      return html(response, 200, pages.connect(customer, settings.authOrigin), settings);
    case "GET /privacy":
      return html(response, 200, pages.privacy(), settings);
    case "GET /embed.js":
      response.writeHead(200, { "content-type": "text/javascript; charset=utf-8", "x-content-type-options": "nosniff" });
      return response.end(EMBED);
    case "GET /connections": {
      const endUserId = store.customers.get(customer)?.endUserId || "";
      const active = [...store.activeConsents(endUserId)].map((id) => store.consents.get(id));
      return html(response, 200, pages.connections(customer, store.connection(endUserId), active), settings);
    }
    case "GET /returned": {
      // The browser returns by a redirect instead of a message, because the consent page was opened outside the frame.
      const params = url.searchParams;
      const errorType = params.get("error_type") || params.get("error") || "";
      const sessionId = journeys.returning(params.get("session_id"), params.get("attempt"));
      const attempt = journeys.applyOutcome("", sessionId, errorType, params.get("error_id") || "");
      return html(response, 200, pages.returned(errorType, attempt && store.connection(attempt.endUserId)), settings);
    }
    case "POST /connect": {
      const form = await body(request);
      if (!form || typeof form.customer !== "string" || !form.customer) return badCustomer(response);
      return respond(response, "connect", async (deadline) => {
        const session = await journeys.begin(form.customer, publicUrl, deadline);
        return { session_id: session.sessionId, auth_url: session.authUrl };
      }, settings);
    }
    case "POST /link/message": {
      const form = await body(request);
      if (!form || typeof form.customer !== "string") return badCustomer(response);
      const ending = journeys.receiveMessage(form.customer, String(form.session_id || ""), String(form.origin || ""), form.message);
      if (!ending) return json(response, 200, { is_over: false });
      const words = ending.errorType ? pages.words(ending.errorType).join(". ") : "Thank you. Your data is on its way.";
      return json(response, 200, { is_over: true, message: words });
    }
    case "POST /customers/refresh":
    case "POST /customers/disconnect": {
      const endUserId = store.customers.get(ref)?.endUserId;
      const isPage = (request.headers.accept || "").includes("text/html");
      if (!endUserId) return json(response, 404, { error: "unknown_customer", message: "There is nothing connected." });
      const work = act === "refresh" ? (deadline) => worker.refresh(endUserId, deadline) : (deadline) => journeys.disconnect(endUserId, deadline);
      return respond(response, act, async (deadline) => {
        const result = await work(deadline);
        if (!isPage) return { status: "done", told: result };
        response.writeHead(303, { location: `/connections?${new URLSearchParams({ customer: ref })}` }).end();
      }, settings, isPage);
    }
    case "POST /webhooks/fiskil":
      return receive(request, response, context);
    case "GET /_harness/effects":
      if (settings.hasHarnessHooks) return json(response, 200, effects(context, url.searchParams.get("end_user_id") || ""));
      break;
    case "POST /_harness/fail":
      if (settings.hasHarnessHooks) return json(response, points.arm(url.searchParams.get("at")) ? 200 : 400, {});
      break;
  }
  const isKnown = url.pathname === "/webhooks/fiskil";
  return json(response, isKnown ? 405 : 404, { error: "not_found", message: "There is nothing here." });
}

// Do *work* within the deadline of the request; after a failure respond with an explanation for people.
async function respond(response, doing, work, settings, isPage = false) {
  const failures = {
    timeout: [504, "The bank connection is taking too long to respond. Please try again in a minute."],
    refused: [503, "Connecting banks is not possible at the moment. We have been told and are on it."],
  };
  try {
    const result = await work(Date.now() + settings.requestMs);
    if (result) json(response, 200, result);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    log.warn(`${doing}_failed`, { status: failure.status, reason: failure.reason, error_id: failure.errorId });
    const [status, message] = failures[failure.kind] || [502, "The bank connection is not working right now. Please try again in a few minutes."];
    if (isPage) html(response, status, pages.trouble(message), settings);
    else json(response, status, { error: failure.kind, message });
  }
}

function effects({ store, points }, endUserId) {
  const isOwn = (entry) => !endUserId || entry.endUserId === endUserId;
  const applied = [...store.applied].filter(([, entry]) => isOwn(entry)).map(([id, entry]) => [id, entry.count]);
  const own = [...store.consents].filter(([, consent]) => isOwn(consent)).sort();
  const consents = own.map(([id, consent]) => ({
    consent_id: id,
    status: consent.status,
    institution_name: consent.institution,
    expires_at: consent.expiresAt,
  }));
  const rows = (dataset) => store.rows(endUserId, dataset);
  return {
    applied: Object.fromEntries(applied),
    pending: store.pending(endUserId).length,
    failed: points.tripped,
    state: {
      connection: store.connection(endUserId),
      consents,
      accounts: rows("accounts"),
      balances: rows("balances"),
      transactions: rows("transactions"),
    },
  };
}

async function body(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_FORM) return null;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function badCustomer(response) {
  return json(response, 400, { error: "bad_customer", message: "Please tell us which customer this is about." });
}

function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function html(response, status, text, settings) {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": `default-src 'self'; style-src 'unsafe-inline'; frame-src ${settings.authOrigin}; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}

function main() {
  let settings;
  try {
    settings = load(process.env);
  } catch (error) {
    console.error(`embedded_app: ${error.message}`);
    process.exit(2);
  }
  build(settings).listen(settings.port, "127.0.0.1");
}

main();
