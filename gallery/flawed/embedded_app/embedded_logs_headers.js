// Logs every request with all headers, including the access token.
//
// Log the endpoint, the status and the duration, and no headers.
"use strict";

const wire = require("../../../examples/embedded_app/wire");

const exchange = wire.exchange;

wire.exchange = (request) => {
  console.log(`-> ${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
  return exchange(request);
};

require("../../../examples/embedded_app/server");
