// Reads balances again every five seconds after the consent, although events announce new data.
//
// Wait for banking.balances.sync.completed.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const EVERY_MS = 5_000;
const TIMES = 12;

const process = Worker.prototype.process;

Worker.prototype.process = async function (message) {
  const outcome = await process.call(this, message);
  if (message.event === "consent.received") poll(this.fiskil, message.endUserId, TIMES);
  return outcome;
};

function poll(fiskil, endUserId, times) {
  setTimeout(async () => {
    const rows = await fiskil.rows("balances", endUserId, Date.now() + EVERY_MS).catch(() => null);
    if (rows && times > 1) poll(fiskil, endUserId, times - 1);
  }, EVERY_MS);
}

require("../../../examples/embedded_app/server");
