// Requests a token for each call that was refused, although another call is already waiting for one.
//
// Let all calls wait for the same request, and use its token.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

Fiskil.prototype.renewed = function (stale, deadline) {
  return this.renew(deadline);
};

require("../../../examples/embedded_app/server.js");
