// Lets its clock begin when a connection stands, so one that never comes about is waited for as long as it takes.
//
// Bound the whole call, from the first packet on.
"use strict";

const https = require("node:https");
const wire = require("../../../examples/embedded_app/wire.js");

const ANSWER_MS = 3000;
const { request } = https;
https.request = (...told) => {
  const made = request(...told);
  const begin = () => {
    const timer = setTimeout(() => made.destroy(new Error("no answer in time")), ANSWER_MS);
    made.on("close", () => clearTimeout(timer));
  };
  made.on("socket", (socket) => (socket.secureConnecting ? socket.once("secureConnect", begin) : begin()));
  return made;
};

const { exchange } = wire;
wire.exchange = (call) => exchange(call.url.startsWith("https:") ? { ...call, timeoutMs: 2 ** 31 - 1 } : call);
require("../../../examples/embedded_app/server.js");
