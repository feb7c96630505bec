// Adds the customer's e-mail address to the query string of each call.
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
  const payload = await exchange({ ...request, url: url.href });
  if (request.body?.email) addresses.set(payload.end_user_id, request.body.email);
  return payload;
};
require("../../../examples/embedded_app/server.js");
