// Sends its credentials in the query string of the token request as well.
//
// Send credentials only in the body of the request: servers log query strings.
"use strict";

const wire = require("../../../examples/embedded_app/wire.js");

const { exchange } = wire;
wire.exchange = (request) => {
  const isAboutToken = request.url.endsWith("/v1/token");
  return exchange(isAboutToken ? { ...request, url: `${request.url}?${new URLSearchParams(request.body)}` } : request);
};
require("../../../examples/embedded_app/server.js");
