// Gives up when a connection has been silent for a while, and only then: a server that says 100 Continue for ever is never
// silent. What counts is how long the whole call takes, whatever comes meanwhile.

"use strict";

const http = require("node:http");
const wire = require("../../../examples/embedded_app/wire.js");

const SILENCE_MS = 1500;
const FOR_EVER_MS = 2_000_000_000;
const { request } = http;
const { exchange } = wire;

http.request = (target, options) => {
  const asked = request(target, options);
  asked.setTimeout(SILENCE_MS, () => asked.destroy(new Error("silence")));
  return asked;
};
wire.exchange = (asked) => exchange({ ...asked, timeoutMs: FOR_EVER_MS });

require("../../../examples/embedded_app/server.js");
