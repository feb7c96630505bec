// Renews an expired token once for all calls, but after a 401 each call that was refused renews it again.
//
// Let one call renew a refused token, and the others wait for the result.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

Fiskil.prototype.call = async function (request, deadline) {
  const token = await this.currentToken(deadline);
  try {
    return await this.repeated(request, token, deadline);
  } catch (failure) {
    if (failure.kind !== "refused") throw failure;
  }
  return this.repeated(request, await this.renew(deadline), deadline);
};

require("../../../examples/embedded_app/server");
