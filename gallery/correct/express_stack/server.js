// The routes for browsers, programs and Fiskil.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const express = require("express");
const data = require("./data");
const queue = require("./queue");
const log = require("../../../examples/embedded_app/log");
const { DATASETS, covers } = require("../../../examples/embedded_app/datasets");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");
const settings = require("../../../examples/embedded_app/settings").load(process.env);
const { Failure } = require("../../../examples/embedded_app/wire");

const CANCELLED = new Set(["AUTH_SESSION_CANCELLED", "CONSENT_ENDUSER_DENIED"]);
const SORRY = "The bank connection is not working right now. Please try again in a few minutes.";
const fiskil = new Fiskil(settings);
const bundle = fs.readFileSync(process.env.BUNDLE);
const app = express();
app.disable("x-powered-by");
app.use((request, response, next) => {
  response.set({
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  next();
});

let queueClient;

app.get("/healthz", async (request, response) => {
  await data.pool.query("SELECT 1");
  response.json({ status: "ok" });
});

app.post("/webhooks/fiskil", (request, response, next) => {
  const peer = (request.socket.remoteAddress || "").replace("::ffff:", "");
  const refusal = !settings.webhookKey.length ? 503 : settings.allowedIps.length && !settings.allowedIps.includes(peer) ? 403 : 0;
  if (!refusal) return next();
  log.warn("webhook_refused", { status: refusal });
  response.set("Connection", "close").status(refusal).end();
}, express.raw({ type: () => true, limit: "1mb", inflate: false }), async (request, response) => {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (!isGenuine(request.headersDistinct["x-fiskil-signature"] || [], body)) {
    log.warn("webhook_refused", { status: 401, reason: "invalid signature" });
    return response.status(401).end();
  }
  const message = parsed(body);
  if (!message) {
    log.warn("webhook_refused", { status: 400, reason: "no message" });
    return response.status(400).end();
  }
  const insert = `INSERT INTO messages (message_id, event, end_user_id, consent_id, published_us) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING`;
  try {
    const { rowCount } = await data.pool.query(insert, message);
    if (rowCount) await queue.add(queueClient, message[0]);
  } catch (error) {
    log.warn("webhook_refused", { status: 503, message_id: message[0], reason: error.code || error.message });
    return response.status(503).end();
  }
  log.info("webhook_received", { message_id: message[0], event: message[1], end_user_id: message[2] });
  response.status(204).end();
});

function isGenuine(signatures, body) {
  if (signatures.length !== 1) return false;
  const expected = Buffer.from(crypto.createHmac("sha256", settings.webhookKey).update(body).digest("base64"));
  const signature = Buffer.from(signatures[0], "latin1");
  return signature.length === expected.length && crypto.timingSafeEqual(signature, expected);
}

// Return the columns of a message, or null if the body is none.
function parsed(body) {
  let envelope;
  try {
    envelope = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
  const event = envelope && envelope.data;
  if (typeof event !== "object" || event === null || Array.isArray(event)) return null;
  const texts = [envelope.message_id, event.event ?? "", event.end_user_id ?? "", event.consent_id ?? ""];
  const isPlain = (text) => typeof text === "string" && text.length <= 256 && text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);
  const publishedUs = microseconds(envelope.publish_time);
  return texts.every(isPlain) && texts[0] && publishedUs !== null ? [...texts, publishedUs] : null;
}

// Return microseconds since 1970. Date has milliseconds only, and two events may be closer than that.
function microseconds(value) {
  const match = typeof value === "string" ? /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
  const seconds = match ? Date.parse(match[1] + match[3]) : NaN;
  return Number.isNaN(seconds) ? null : seconds * 1000 + Number((match[2] || "").padEnd(6, "0").slice(0, 6));
}

app.post("/api/connect", express.json(), async (request, response) => {
  const ref = request.body && request.body.customer;
  if (typeof ref !== "string" || !ref || ref.length > 100) return response.status(400).json({ message: "Which customer is this about?" });
  const deadline = Date.now() + settings.requestMs;
  const endUserId = await data.turn(`customer ${ref}`, () => endUserOf(ref, deadline));
  const address = `${request.protocol}://${request.get("host")}/returned`;
  const session = await fiskil.createSession(endUserId, address, deadline);
  if (new URL(session.authUrl).origin !== settings.authOrigin) throw new Failure("rejected", "an unexpected address");
  const insert = "INSERT INTO attempts (session_id, ref, end_user_id, expires_at) VALUES ($1, $2, $3, to_timestamp($4))";
  await data.pool.query(insert, [session.sessionId, ref, endUserId, session.expiresAt || null]);
  log.info("journey_started", { session_id: session.sessionId, end_user_id: endUserId });
  response.json({ auth_url: session.authUrl });
});

// Return the customer's end user. After a creation with an unknown outcome, search before creating again.
async function endUserOf(ref, deadline) {
  const [customer] = (await data.pool.query("SELECT * FROM customers WHERE ref = $1", [ref])).rows;
  if (customer && customer.end_user_id) return customer.end_user_id;
  const email = `${ref.replace(/[^A-Za-z0-9._+-]/g, "-")}@customers.example`;
  await data.pool.query("INSERT INTO customers (ref, is_being_created) VALUES ($1, true) ON CONFLICT DO NOTHING", [ref]);
  let endUserId;
  for (const id of customer ? await fiskil.endUserIds(email, deadline) : []) if (!(await data.isOurs(id))) endUserId ??= id;
  endUserId ??= await fiskil.createEndUser(email, deadline);
  await data.pool.query("UPDATE customers SET end_user_id = $2, is_being_created = false WHERE ref = $1", [ref, endUserId]);
  return endUserId;
}

app.get("/returned", async (request, response) => {
  const query = Object.fromEntries(Object.entries(request.query).map(([name, value]) => [name, String(value)]));
  const error = query.error_type || query.error || "";
  const status = !error ? "returned" : CANCELLED.has(error) ? "cancelled" : "failed";
  const update = "UPDATE attempts SET status = CASE status WHEN 'pending' THEN $2 ELSE status END WHERE session_id = $1 RETURNING ref, end_user_id";
  const [attempt] = (await data.pool.query(update, [query.session_id || "", status])).rows;
  const details = { session_id: query.session_id, end_user_id: attempt && attempt.end_user_id, reason: error, error_id: query.error_id };
  if (error) log.warn("journey_failed", details);
  else log.info("journey_returned", details);
  const isConnected = attempt ? (await data.connectionOf(attempt.end_user_id)) === "connected" : false;
  const outcome = error === "CONSENT_ENDUSER_INELIGIBLE" ? "ineligible" : status;
  page(response, "returned", { status: outcome, customer: attempt ? attempt.ref : "", isConnected });
});

async function endUserIdOf(ref) {
  const [customer] = (await data.pool.query("SELECT end_user_id FROM customers WHERE ref = $1", [ref])).rows;
  return (customer && customer.end_user_id) || "";
}

app.get("/api/connections", async (request, response) => {
  const endUserId = await endUserIdOf(String(request.query.customer || ""));
  response.set("Cache-Control", "no-store").json(await data.stateOf(endUserId));
});

app.post("/customers/:ref/refresh", async (request, response) => {
  const endUserId = await endUserIdOf(request.params.ref);
  if (!endUserId) return response.status(404).json({ message: "There is nothing connected." });
  const deadline = Date.now() + settings.requestMs;
  await data.turn(endUserId, async () => {
    const listed = await fiskil.consents(endUserId, deadline);
    const readings = [];
    for (const dataset of Object.keys(DATASETS)) {
      const isGranted = listed.some((consent) => consent.isActive && covers(consent.datasets, dataset));
      if (isGranted) readings.push([dataset, await fiskil.rows(dataset, endUserId, deadline)]);
    }
    await data.transaction(async (tx) => {
      await data.applyListing(tx, endUserId, listed);
      const gone = "SELECT consent_id FROM consents WHERE end_user_id = $1 AND status = 'active' AND NOT consent_id = ANY($2)";
      const ids = listed.map((consent) => consent.consentId);
      for (const row of (await tx.query(gone, [endUserId, ids])).rows) await data.end(tx, row.consent_id);
      if (listed.some((consent) => consent.isActive)) await data.completeAttempts(tx, endUserId);
      for (const [dataset, rows] of readings) await data.replaceRows(tx, endUserId, dataset, rows);
    });
  });
  response.json({ status: "done" });
});

app.post(["/customers/:ref/disconnect", "/api/customers/:ref/consents/:consentId/end"], async (request, response) => {
  const endUserId = await endUserIdOf(request.params.ref);
  if (!endUserId) return response.status(404).json({ message: "There is nothing connected." });
  const deadline = Date.now() + settings.requestMs;
  const stored = await data.pool.query("SELECT consent_id FROM consents WHERE end_user_id = $1 AND status = 'active'", [endUserId]);
  let ids = stored.rows.map((consent) => consent.consent_id);
  if (request.params.consentId) ids = ids.filter((id) => id === request.params.consentId);
  else ids.push(...(await fiskil.consents(endUserId, deadline)).filter((consent) => consent.isActive).map((consent) => consent.consentId));
  for (const consentId of [...new Set(ids)].sort()) {
    await fiskil.revoke(consentId, deadline);
    await data.transaction(async (tx) => {
      const known = "INSERT INTO consents (consent_id, end_user_id, status) VALUES ($1, $2, 'revoked') ON CONFLICT DO NOTHING";
      await tx.query(known, [consentId, endUserId]);
      await data.end(tx, consentId);
    });
    log.info("consent_changed", { outcome: "revoked by the customer", consent_id: consentId, end_user_id: endUserId });
  }
  response.json({ status: "done" });
});

app.get("/_harness/effects", async (request, response) => {
  const endUserId = String(request.query.end_user_id || "");
  const { rows } = await data.pool.query("SELECT message_id, status FROM messages WHERE $1 IN ('', end_user_id)", [endUserId]);
  const applied = Object.fromEntries(rows.filter((row) => row.status === "done").map((row) => [row.message_id, 1]));
  response.json({ applied, pending: rows.filter((row) => row.status === "pending").length, state: await data.stateOf(endUserId) });
});

app.get("/page.js", (request, response) => response.type("text/javascript").send(bundle));
for (const name of ["connect", "connections", "privacy"]) {
  app.get(`/${name}`, (request, response) => page(response, name, { customer: String(request.query.customer || "") }));
}
app.get("/", (request, response) => page(response, "home", {}));

// Send the page, which React renders from the attribute, because no inline script is allowed.
function page(response, name, props, status = 200) {
  const escaped = JSON.stringify({ name, ...props }).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  response.status(status).set("Cache-Control", "no-store").send(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>Monthly budget</title></head><body><div id="root" data-page="${escaped}"></div>` +
      `<noscript>Please allow scripts to see your budget.</noscript><script src="/page.js"></script></body></html>`,
  );
}

app.use((error, request, response, next) => {
  if (response.headersSent) return next(error);
  const isOurs = error.status >= 400 && error.status < 500 && !(error instanceof Failure);
  const details = { path: request.path.split("/").slice(0, 2).join("/"), reason: error.reason || error.code || error.type || error.name };
  log.warn("request_failed", { ...details, error_id: error.errorId });
  response.set("Connection", "close");
  if (isOurs) return response.status(error.status).json({ message: "We cannot read this request." });
  const status = error instanceof Failure ? 503 : 500;
  if (request.accepts(["json", "html"]) === "html") return page(response, "trouble", { text: SORRY }, status);
  response.status(status).json({ message: SORRY });
});

queue.connect().then((client) => {
  queueClient = client;
  app.listen(settings.port, "127.0.0.1");
});
