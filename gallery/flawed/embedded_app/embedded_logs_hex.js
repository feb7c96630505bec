// Writes the Authorization header of every request into its log, as a dump in hex.
//
// Whoever can read a dump can read the token; log the endpoint, the status and the time.
"use strict";

const wire = require("../../../examples/embedded_app/wire");

const exchange = wire.exchange;

wire.exchange = (request) => {
  const pairs = Object.entries(request.headers || {}).filter(([name]) => name.toLowerCase() === "authorization");
  for (const [, value] of pairs) console.log(`-> ${request.method} ${Buffer.from(String(value)).toString("hex")}`);
  return exchange(request);
};

require("../../../examples/embedded_app/server");
