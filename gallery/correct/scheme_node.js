// Receives webhooks of several senders in Node.js; the environment variable SCHEME selects the sender.
"use strict";

const crypto = require("node:crypto");
const { serve } = require("./node_one_step_receiver.js");

const SECRET = process.env.FISKIL_WEBHOOK_SECRET;
const TOLERANCE_S = 300;

const hmac = (key, parts, form) => parts.reduce((mac, part) => mac.update(part), crypto.createHmac("sha256", key)).digest(form);
const decoded = (prefix) => Buffer.from(SECRET.replace(prefix, ""), "base64");

// Return the only value of a header; "" if there is none or more than one.
function one(request, name) {
  const values = request.headersDistinct[name] || [];
  return values.length === 1 ? values[0] : "";
}

function isTimely(timestamp, isFutureRefused) {
  const ageS = Date.now() / 1000 - Number(timestamp);
  return /^\d{1,12}$/.test(timestamp) && ageS <= TOLERANCE_S && (!isFutureRefused || ageS >= -TOLERANCE_S);
}

// Return whether two texts are equal. Texts of other lengths differ and raise no error.
function isEqual(expected, received) {
  const [first, second] = [Buffer.from(expected), Buffer.from(received, "latin1")];
  return first.length === second.length && crypto.timingSafeEqual(first, second);
}

function bySlack(request, body) {
  const timestamp = one(request, "x-slack-request-timestamp");
  const expected = `v0=${hmac(SECRET, [`v0:${timestamp}:`, body], "hex")}`;
  return isTimely(timestamp) && isEqual(expected, one(request, "x-slack-signature"));
}

function byFields(header, separator) {
  return (request, body) => {
    const fields = one(request, header).split(",").map((field) => field.split("="));
    const timestamp = fields.find(([name]) => name === "t")?.[1] || "";
    const expected = hmac(SECRET, [`${timestamp}${separator}`, body], "hex");
    return isTimely(timestamp) && fields.some(([name, value]) => name === "v1" && isEqual(expected, value || ""));
  };
}

function byStandard(prefix) {
  return (request, body) => {
    const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) => one(request, `${prefix}-${name}`));
    const expected = `v1,${hmac(decoded("whsec_"), [`${id}.${timestamp}.`, body], "base64")}`;
    return id && isTimely(timestamp, true) && signatures.split(" ").some((signature) => isEqual(expected, signature));
  };
}

const likeStandard = (prefix) => (request, payload) => ({
  message_id: request.headers[`${prefix}-id`],
  publish_time: payload.timestamp,
  data: { ...payload.data, event: payload.type },
});

const SENDERS = {
  slack: [bySlack, (_, { event, event_id, event_time }) => ({
    message_id: event_id,
    publish_time: event_time,
    data: { ...event, event: event?.type, end_user_id: event?.user },
  })],
  stripe: [byFields("stripe-signature", "."), (_, { id, created, type, data }) => ({
    message_id: id,
    publish_time: created,
    data: { ...data?.object, event: type, end_user_id: data?.object?.customer },
  })],
  convoy: [byFields("x-convoy-signature", ","), (_, { uid, publish_time, event_type, data }) => ({
    message_id: uid,
    publish_time,
    data: { ...data, event: event_type },
  })],
  "standard-webhooks": [byStandard("webhook"), likeStandard("webhook")],
  svix: [byStandard("svix"), likeStandard("svix")],
};

const [verify, read] = SENDERS[process.env.SCHEME];
serve(verify, (request, payload) => read(request, payload ?? {}));
