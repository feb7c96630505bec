// Renews its token when a later page is refused, and goes on behind that page: its rows are lost.
// After the renewal the very call that was refused has to be made once more.
"use strict";

const path = require("node:path");

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const call = Fiskil.prototype.call;

Fiskil.prototype.call = async function (request, deadline) {
  const isLater = request.url.includes("page%5B") || request.url.includes("page[");
  const used = this.token;
  const told = await call.call(this, request, deadline);
  if (!isLater || this.token === used) return told;
  const root = path.basename(request.endpoint);
  return { ...told, [root]: [] };
};

require("../../../examples/embedded_app/server.js");
