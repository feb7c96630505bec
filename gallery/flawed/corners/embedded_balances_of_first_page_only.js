// Reads the first page of the balances only, as if no end user had so many accounts; other lists are read completely.
//
// Follow the next link of every list to its end.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const call = Fiskil.prototype.call;

Fiskil.prototype.call = async function (request, deadline) {
  const payload = await call.call(this, request, deadline);
  return request.endpoint === "GET /v1/banking/balances" && payload && payload.links ? { ...payload, links: {} } : payload;
};

require("../../../examples/embedded_app/server");
