// Takes 403 for a failure that may pass, and asks again at once, a hundred times and more.
// Nothing but another key changes a refusal: it has to be reported, and asked again only when somebody asks anew.
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
