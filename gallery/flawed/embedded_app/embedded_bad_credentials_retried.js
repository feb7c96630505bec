// Tries refused credentials twelve times without a pause.
//
// Pause after a refusal and alert a person: the credentials stay wrong, and Fiskil may lock the key.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const TRIES = 12;

const renew = Fiskil.prototype.renew;

Fiskil.prototype.renew = async function (deadline) {
  for (let tries = 1; ; tries += 1) {
    this.pausedUntil = 0;
    try {
      return await renew.call(this, deadline);
    } catch (failure) {
      if (tries === TRIES) throw failure;
    }
  }
};

require("../../../examples/embedded_app/server");
