// Renews its token by a timer that is set to what expires_in says: a life that is none, or too long for a timer, sets it to
// a millisecond, and tokens are fetched without end. A token is to be renewed when a call needs it, or after a checked time.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const renew = Fiskil.prototype.renew;
const once = Fiskil.prototype.once;
let toldS = 900;

Fiskil.prototype.once = async function (request, token, deadline) {
  const told = await once.call(this, request, token, deadline);
  if (request.endpoint === "POST /v1/token") toldS = told.expires_in;
  return told;
};

Fiskil.prototype.renew = async function (deadline) {
  const token = await renew.call(this, deadline);
  clearTimeout(this.timer);
  this.timer = setTimeout(() => this.renewed(this.token, Date.now() + 3000).catch(() => {}), toldS * 1000);
  this.timer.unref();
  return token;
};

require("../../../examples/embedded_app/server.js");
