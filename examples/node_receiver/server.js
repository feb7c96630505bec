// A Fiskil webhook receiver in Node.js that uses only the standard library.
//
// It has an append-only inbox file: a message is acknowledged when its line is on disk, processed afterwards, and marked
// as done by a second line. After a crash the file is read again, so nothing acknowledged is lost and nothing is done
// twice.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");

const PORT = Number(process.env.PORT || 8000);
const INBOX = process.env.INBOX || "inbox.jsonl";
const LARGEST_BODY = 1024 * 1024;
const ALLOWED = (process.env.FISKIL_WEBHOOK_ALLOWED_IPS || "").split(",").filter(Boolean);
const KEY = Buffer.from(process.env.FISKIL_WEBHOOK_SECRET || "", "base64");

const received = new Map(); // message_id -> message
const applied = new Map(); // message_id -> how often its effect was completed
const consents = new Map(); // consent_id -> { end_user_id, status, publish_time }
const waiting = [];

const inbox = fs.openSync(INBOX, "a+", 0o600);
recover();
http.createServer(respond).listen(PORT, "127.0.0.1");

function respond(request, response) {
  const url = new URL(request.url, "http://localhost");
  if (request.method === "GET" && url.pathname === "/healthz") return reply(response, 200, { status: "ok" });
  if (request.method === "GET" && url.pathname === "/_harness/effects") {
    return reply(response, 200, effects(url.searchParams.get("end_user_id")));
  }
  if (url.pathname !== "/webhooks/fiskil") return reply(response, 404, { error: "not found" });
  if (request.method !== "POST") return reply(response, 405, { error: "POST only" });
  receive(request, response);
}

function receive(request, response) {
  const peer = (request.socket.remoteAddress || "").replace("::ffff:", "");
  if (ALLOWED.length && !ALLOWED.includes(peer)) return refuse(request, response, 403, "unknown sender");
  if (!KEY.length) return refuse(request, response, 503, "no signing secret is configured");
  const chunks = [];
  let size = 0;
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > LARGEST_BODY) return refuse(request, response, 413, "too large");
    chunks.push(chunk);
  });
  request.on("end", () => {
    if (response.writableEnded) return;
    const body = Buffer.concat(chunks);
    if (!isGenuine(request, body)) return reply(response, 401, { error: "bad signature" });
    const message = parse(body);
    if (!message) return reply(response, 400, { error: "not a message" });
    if (!received.has(message.message_id)) {
      write({ received: message });
      accept(message);
    }
    log("webhook", { message_id: message.message_id, event: message.data.event });
    response.writeHead(204).end();
  });
  request.on("error", () => {});
}

// Return whether the signature over the raw bytes is correct. A value of another length is a mismatch and raises no error.
function isGenuine(request, body) {
  const headers = request.headersDistinct["x-fiskil-signature"] || [];
  if (headers.length !== 1) return false;
  const expected = crypto.createHmac("sha256", KEY).update(body).digest("base64");
  const signature = Buffer.from(headers[0], "latin1");
  return signature.length === expected.length && crypto.timingSafeEqual(signature, Buffer.from(expected, "latin1"));
}

function parse(body) {
  let message;
  try {
    message = JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
  if (!isRecord(message) || !isRecord(message.data)) return null;
  const texts = [message.message_id, message.publish_time, message.data.event];
  if (!texts.every((text) => typeof text === "string" && text)) return null;
  const data = message.data;
  return {
    message_id: message.message_id,
    publish_time: message.publish_time,
    data: { event: data.event, consent_id: String(data.consent_id), end_user_id: String(data.end_user_id) },
  };
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function accept(message) {
  received.set(message.message_id, message);
  waiting.push(message);
  setImmediate(work);
}

function work() {
  for (let message = waiting.shift(); message; message = waiting.shift()) {
    write({ done: message.message_id });
    apply(message);
  }
}

// Apply a message. The newest publish_time decides about a consent, in any order of arrival.
function apply(message) {
  applied.set(message.message_id, (applied.get(message.message_id) || 0) + 1);
  const { event, consent_id, end_user_id } = message.data;
  if (!event.startsWith("consent.")) return;
  const known = consents.get(consent_id);
  if (known && (known.end_user_id !== end_user_id || known.publish_time >= message.publish_time)) return;
  const status = event === "consent.revoked" ? "revoked" : "active";
  consents.set(consent_id, { end_user_id, status, publish_time: message.publish_time });
  log("consent", { consent_id, end_user_id, status });
}

function effects(endUserId) {
  const state = {};
  for (const [id, consent] of consents) {
    if (!endUserId || consent.end_user_id === endUserId) state[id] = { status: consent.status };
  }
  return { applied: Object.fromEntries(applied), pending: waiting.length, state: { consents: state } };
}

function recover() {
  const done = new Set();
  const lines = fs.readFileSync(INBOX, "utf8").split("\n").filter(Boolean);
  for (const line of lines) {
    let entry;
    try {
      entry = JSON.parse(line);
    } catch {
      continue; // a line that a crash truncated was never acknowledged
    }
    if (entry.done) done.add(entry.done);
    if (entry.received) received.set(entry.received.message_id, entry.received);
  }
  for (const message of received.values()) {
    if (done.has(message.message_id)) apply(message);
    else waiting.push(message);
  }
  if (lines.length) fs.writeSync(inbox, "\n");
  work();
}

function write(entry) {
  fs.writeSync(inbox, JSON.stringify(entry) + "\n");
  fs.fsyncSync(inbox);
}

function refuse(request, response, status, reason) {
  if (response.writableEnded) return;
  response.setHeader("connection", "close");
  reply(response, status, { error: reason });
  request.resume();
}

function reply(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function log(event, details) {
  console.log(event, Object.entries(details).map(([key, value]) => `${key}=${value}`).join(" "));
}
