// Repeats a failed revocation five times a second until it succeeds, also after it has shown the person that it failed.
//
// Bound the repetitions on every endpoint and let the pauses grow.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const PAUSE_MS = 200;

const revoke = Fiskil.prototype.revoke;

Fiskil.prototype.revoke = async function (consentId, deadline) {
  try {
    await revoke.call(this, consentId, deadline);
  } catch (failure) {
    const again = () => revoke.call(this, consentId, Date.now() + 2000).catch(() => setTimeout(again, PAUSE_MS));
    setTimeout(again, PAUSE_MS);
    throw failure;
  }
};

require("../../../examples/embedded_app/server");
