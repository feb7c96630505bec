// Asks for its token with the credentials in the query as well, where every server on the way writes them into its log.
//
// Credentials belong in the body of the request, and nowhere else.
"use strict";

const wire = require("../../../examples/embedded_app/wire.js");

const { exchange } = wire;
wire.exchange = (request) => {
  const isAboutToken = request.url.endsWith("/v1/token");
  return exchange(isAboutToken ? { ...request, url: `${request.url}?${new URLSearchParams(request.body)}` } : request);
};
require("../../../examples/embedded_app/server.js");
