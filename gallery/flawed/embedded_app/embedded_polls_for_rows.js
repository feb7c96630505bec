// Asks for transactions ten times a second until there are some.
//
// Wait for banking.transactions.sync.completed; it is there for that.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const EVERY_MS = 100;
const PATIENCE_MS = 30_000;

const process = Worker.prototype.process;

Worker.prototype.process = async function (message) {
  const outcome = await process.call(this, message);
  if (message.event === "consent.received") poll(this.fiskil, message.endUserId, Date.now() + PATIENCE_MS);
  return outcome;
};

async function poll(fiskil, endUserId, deadline) {
  const found = await fiskil.rows("transactions", endUserId, deadline).catch(() => null);
  if (found && !found.length && Date.now() < deadline) setTimeout(() => poll(fiskil, endUserId, deadline), EVERY_MS);
}

require("../../../examples/embedded_app/server");
