// Logs the Authorization header of every request in hexadecimal.
//
// Hexadecimal hides nothing. Log the endpoint, the status and the duration.
"use strict";

const wire = require("../../../examples/embedded_app/wire");

const exchange = wire.exchange;

wire.exchange = (request) => {
  const pairs = Object.entries(request.headers || {}).filter(([name]) => name.toLowerCase() === "authorization");
  for (const [, value] of pairs) console.log(`-> ${request.method} ${Buffer.from(String(value)).toString("hex")}`);
  return exchange(request);
};

require("../../../examples/embedded_app/server");
