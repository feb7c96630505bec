// Limits only the time without data, so a server that repeats 100 Continue is never timed out.
//
// Limit the total time of a call, whatever arrives in the meantime.

"use strict";

const http = require("node:http");
const wire = require("../../../examples/embedded_app/wire.js");

const SILENCE_MS = 1500;
const NO_LIMIT_MS = 2_000_000_000;
const { request } = http;
const { exchange } = wire;

http.request = (target, options) => {
  const outgoing = request(target, options);
  outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new Error("silence")));
  return outgoing;
};
wire.exchange = (call) => exchange({ ...call, timeoutMs: NO_LIMIT_MS });

require("../../../examples/embedded_app/server.js");
