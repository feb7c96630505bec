// Takes the field token of an answer as it is: where the field is named otherwise, calls go out with "Bearer undefined".
// An answer without a token is a failed exchange, and nothing is to be kept of it.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const once = Fiskil.prototype.once;

Fiskil.prototype.once = async function (request, token, deadline) {
  const told = await once.call(this, request, token, deadline);
  return request.endpoint === "POST /v1/token" ? { ...told, token: String(told.token) } : told;
};

require("../../../examples/embedded_app/server.js");
