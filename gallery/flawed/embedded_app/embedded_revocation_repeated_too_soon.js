// Repeats a revocation at once, although Fiskil states how long to wait.
//
// Wait as long as Retry-After requires, for every endpoint.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const once = Fiskil.prototype.once;
Fiskil.prototype.once = async function (request, ...values) {
  try {
    return await once.call(this, request, ...values);
  } catch (failure) {
    if (request.endpoint.startsWith("DELETE ")) failure.retryAfterS = null;
    throw failure;
  }
};

require("../../../examples/embedded_app/server");
