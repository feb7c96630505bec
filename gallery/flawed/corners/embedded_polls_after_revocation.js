// Checks every two seconds whether a revoked consent is gone, and never stops, because Fiskil lists ended consents too.
//
// Trust the event, which says that the consent has ended.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const EVERY_MS = 2000;

const process = Worker.prototype.process;

Worker.prototype.process = async function (message) {
  const outcome = await process.call(this, message);
  if (message.event === "consent.revoked" && outcome === "applied") watch(this.fiskil, message);
  return outcome;
};

function watch(fiskil, message) {
  setTimeout(async () => {
    const listed = await fiskil.consents(message.endUserId, Date.now() + EVERY_MS).catch(() => []);
    if (listed.some((consent) => consent.consentId === message.consentId)) watch(fiskil, message);
  }, EVERY_MS).unref();
}

require("../../../examples/embedded_app/server");
