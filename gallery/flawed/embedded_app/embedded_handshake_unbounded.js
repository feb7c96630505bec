// Starts its timeout after the TLS handshake, so it waits without limit for a connection.
//
// Limit the whole call, from the first packet on.
"use strict";

const https = require("node:https");
const wire = require("../../../examples/embedded_app/wire.js");

const ANSWER_MS = 3000;
const { request } = https;
https.request = (...args) => {
  const outgoing = request(...args);
  const begin = () => {
    const timer = setTimeout(() => outgoing.destroy(new Error("no response in time")), ANSWER_MS);
    outgoing.on("close", () => clearTimeout(timer));
  };
  outgoing.on("socket", (socket) => (socket.secureConnecting ? socket.once("secureConnect", begin) : begin()));
  return outgoing;
};

const { exchange } = wire;
wire.exchange = (call) => exchange(call.url.startsWith("https:") ? { ...call, timeoutMs: 2 ** 31 - 1 } : call);
require("../../../examples/embedded_app/server.js");
