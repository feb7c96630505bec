// Uses a missing token field as it is, so it sends "Bearer undefined".
//
// A response without a token is a failed request, and nothing of it may be stored.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const once = Fiskil.prototype.once;

Fiskil.prototype.once = async function (request, token, deadline) {
  const payload = await once.call(this, request, token, deadline);
  return request.endpoint === "POST /v1/token" ? { ...payload, token: String(payload.token) } : payload;
};

require("../../../examples/embedded_app/server.js");
