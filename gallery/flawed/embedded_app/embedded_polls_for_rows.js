// Polls for transactions ten times per second.
//
// Wait for banking.transactions.sync.completed.
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
  const rows = await fiskil.rows("transactions", endUserId, deadline).catch(() => null);
  if (rows && !rows.length && Date.now() < deadline) setTimeout(() => poll(fiskil, endUserId, deadline), EVERY_MS);
}

require("../../../examples/embedded_app/server");
