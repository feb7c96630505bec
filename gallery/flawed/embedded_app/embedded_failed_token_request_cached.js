// Caches a failed token request, so it never gets a token again.
//
// Discard a rejected promise, so that the next call can try again.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");
const { Failure } = require("../../../examples/embedded_app/wire");

const renewed = Fiskil.prototype.renewed;
let failed = null;

Fiskil.prototype.renewed = async function (stale, deadline) {
  if (failed) throw failed;
  try {
    return await renewed.call(this, stale, deadline);
  } catch (failure) {
    failed = new Failure("rejected", failure.reason);
    throw failed;
  }
};

require("../../../examples/embedded_app/server.js");
