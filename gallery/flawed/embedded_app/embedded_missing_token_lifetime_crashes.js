// Crashes when a token response has no expires_in.
//
// Handle missing fields, and catch errors in code that runs beside a call.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const once = Fiskil.prototype.once;
const lifetimes = [];

const note = async (payload) => lifetimes.push(payload.expires_in.toFixed(0));

Fiskil.prototype.once = async function (request, token, deadline) {
  const payload = await once.call(this, request, token, deadline);
  if (request.endpoint === "POST /v1/token") note(payload);
  return payload;
};

require("../../../examples/embedded_app/server.js");
