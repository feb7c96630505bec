// Tries refused credentials over and over, without a pause.
//
// They get no better, and Fiskil may lock the key: tell somebody, and wait.
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
