// Adds the address of its customer to each query, so that its own traces can be searched by it, and so can those of others.
//
// Search traces by the end user's id.
"use strict";

const wire = require("../../../examples/embedded_app/wire.js");

const { exchange } = wire;
const addresses = new Map();
wire.exchange = async (request) => {
  const url = new URL(request.url);
  const address = addresses.get(url.searchParams.get("end_user_id"));
  if (address) url.searchParams.set("trace", `customer:${address}`);
  const told = await exchange({ ...request, url: url.href });
  if (request.body?.email) addresses.set(told.end_user_id, request.body.email);
  return told;
};
require("../../../examples/embedded_app/server.js");
