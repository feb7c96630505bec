// The webhook endpoint: verify the raw bytes, store the message on disk, acknowledge. The work follows later.
"use strict";

const crypto = require("node:crypto");
const log = require("./log");

const LARGEST_BODY = 1024 * 1024;
const SLOWEST_BODY_MS = 5000;

function receive(request, response, { settings, store, worker, points }) {
  const refuse = (status, reason) => {
    if (response.writableEnded) return;
    log.warn("webhook_refused", { status, reason });
    response.setHeader("connection", "close");
    response.writeHead(status).end();
    request.resume();
  };
  const peer = (request.socket.remoteAddress || "").replace("::ffff:", "");
  if (!settings.webhookKey.length) return refuse(503, "no signing secret");
  if (settings.allowedIps.length && !settings.allowedIps.includes(peer)) return refuse(403, "foreign address");
  const chunks = [];
  let size = 0;
  const timer = setTimeout(() => refuse(408, "the body did not arrive"), SLOWEST_BODY_MS);
  request.on("close", () => clearTimeout(timer));
  request.on("error", () => clearTimeout(timer));
  request.on("data", (chunk) => {
    size += chunk.length;
    if (size > LARGEST_BODY) return refuse(413, "the body is too large");
    chunks.push(chunk);
  });
  request.on("end", () => {
    clearTimeout(timer);
    if (response.writableEnded || !request.complete) return;
    const body = Buffer.concat(chunks);
    if (!isGenuine(request, body, settings.webhookKey)) return refuse(401, "the signature does not match");
    const message = parsed(body);
    if (!message) return refuse(400, "no message");
    try {
      points.trip("database");
      if (!store.inbox.has(message.messageId)) store.commit({ kind: "received", message });
    } catch (error) {
      return refuse(503, `the message cannot be kept: ${error.code || error.message}`);
    }
    log.info("webhook_received", { message_id: message.messageId, event: message.event, end_user_id: message.endUserId });
    worker.wake();
    response.writeHead(204).end();
  });
}

// Return whether the signature is correct. A value of another length is a mismatch and raises no error.
function isGenuine(request, body, key) {
  const headers = request.headersDistinct["x-fiskil-signature"] || [];
  if (headers.length !== 1) return false;
  const expected = Buffer.from(crypto.createHmac("sha256", key).update(body).digest("base64"), "latin1");
  const signature = Buffer.from(headers[0], "latin1");
  return signature.length === expected.length && crypto.timingSafeEqual(signature, expected);
}

// Parse the envelope: which message, which event, which end user and when. The data itself comes from the API.
function parsed(body) {
  let envelope;
  try {
    envelope = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return null;
  }
  if (!isRecord(envelope) || !isRecord(envelope.data)) return null;
  const publishedUs = microseconds(envelope.publish_time);
  const texts = [envelope.message_id, envelope.data.event ?? "", envelope.data.end_user_id ?? "", envelope.data.consent_id ?? ""];
  if (!envelope.message_id || publishedUs === null || !texts.every(isPlain)) return null;
  const [messageId, event, endUserId, consentId] = texts;
  return { messageId, event, endUserId, consentId, publishedUs };
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPlain(value) {
  return typeof value === "string" && value.length <= 256 && value.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(value);
}

// Return microseconds since 1970. Date has milliseconds only, and two events may be closer than that.
function microseconds(value) {
  const match = typeof value === "string" ? /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(value) : null;
  const seconds = match ? Date.parse(match[1] + match[3]) : NaN;
  return Number.isNaN(seconds) ? null : seconds * 1000 + Number((match[2] || "").padEnd(6, "0").slice(0, 6));
}

module.exports = { receive };
