// Retries a call that returned 403 up to 150 times without a pause.
//
// A refusal changes only with other credentials or permissions. Report it, and call again only after a new request.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const TRIES = 150;
const repeated = Fiskil.prototype.repeated;

Fiskil.prototype.repeated = async function (request, token, deadline) {
  for (let number = 1; ; number += 1) {
    try {
      return await repeated.call(this, request, token, deadline);
    } catch (failure) {
      if (failure.status !== 403 || number === TRIES) throw failure;
    }
  }
};

require("../../../examples/embedded_app/server.js");
