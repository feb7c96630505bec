// Receives webhooks in Node.js, and rewrites one file with each message before it responds.
//
// Pass other functions to `serve` for another way to verify a request, or to read its message.
"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");

const KEY = Buffer.from(process.env.FISKIL_WEBHOOK_SECRET, "base64");
const ALLOWED = process.env.FISKIL_WEBHOOK_ALLOWED_IPS.split(",");
const STORE = `${process.env.DATABASE}.json`;
const state = fs.existsSync(STORE) ? JSON.parse(fs.readFileSync(STORE)) : { applied: {}, consents: {} };

// Return whether the signature is correct. A value of another length is a mismatch and raises no error.
function isCorrect(request, body, key) {
  const signatures = request.headersDistinct["x-fiskil-signature"] || [];
  const expected = Buffer.from(crypto.createHmac("sha256", key).update(body).digest("base64"));
  const first = Buffer.from(signatures[0] || "", "latin1");
  return signatures.length === 1 && first.length === expected.length && crypto.timingSafeEqual(first, expected);
}

function serve(isGenuine, read = (_, message) => message) {
  http.createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "POST" && url.pathname === "/webhooks/fiskil") {
        return reply(response, receive(request, Buffer.concat(chunks), isGenuine, read));
      }
      if (url.pathname === "/_harness/effects") return reply(response, 200, effects(url.searchParams.get("end_user_id")));
      reply(response, url.pathname === "/healthz" ? 200 : 404, {});
    });
  }).listen(Number(process.env.PORT), "127.0.0.1");
}

function receive(request, body, isGenuine, read) {
  if (!KEY.length) return 503;
  if (!ALLOWED.includes(request.socket.remoteAddress)) return 403;
  if (!isGenuine(request, body, KEY)) return 401;
  let message;
  try {
    message = read(request, JSON.parse(body));
  } catch {
    return 400; // not JSON, or nested too deeply
  }
  if (typeof message?.message_id !== "string" || typeof message.data?.event !== "string") return 400;
  if (!Object.hasOwn(state.applied, message.message_id)) apply(message);
  return 204;
}

function apply(message) {
  const { event, consent_id, end_user_id } = message.data;
  state.applied[message.message_id] = 1;
  const stored = state.consents[consent_id];
  const isNews = !stored || (stored.end_user_id === end_user_id && stored.at < message.publish_time);
  if (event.startsWith("consent.") && isNews) {
    const status = event === "consent.revoked" ? "revoked" : "active";
    state.consents[consent_id] = { end_user_id, status, at: message.publish_time };
  }
  fs.writeFileSync(`${STORE}.new`, JSON.stringify(state), { flush: true });
  fs.renameSync(`${STORE}.new`, STORE);
}

function effects(endUserId) {
  const mine = Object.entries(state.consents).filter(([, consent]) => consent.end_user_id === endUserId);
  const consents = Object.fromEntries(mine.map(([id, consent]) => [id, consent.status]));
  return { applied: state.applied, pending: 0, state: { consents } };
}

function reply(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(value ? JSON.stringify(value) : undefined);
}

module.exports = { serve };
if (require.main === module) serve(isCorrect);
