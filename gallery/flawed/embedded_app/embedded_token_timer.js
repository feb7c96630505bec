// Renews its token by a timer from an unchecked expires_in, so an invalid value makes it renew in a loop.
//
// Renew a token when a call needs it, or after a validated time: setTimeout turns a missing or too large delay into 1 ms.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const renew = Fiskil.prototype.renew;
const once = Fiskil.prototype.once;
let lifetimeS = 900;

Fiskil.prototype.once = async function (request, token, deadline) {
  const payload = await once.call(this, request, token, deadline);
  if (request.endpoint === "POST /v1/token") lifetimeS = payload.expires_in;
  return payload;
};

Fiskil.prototype.renew = async function (deadline) {
  const token = await renew.call(this, deadline);
  clearTimeout(this.timer);
  this.timer = setTimeout(() => this.renewed(this.token, Date.now() + 3000).catch(() => {}), lifetimeS * 1000);
  this.timer.unref();
  return token;
};

require("../../../examples/embedded_app/server.js");
