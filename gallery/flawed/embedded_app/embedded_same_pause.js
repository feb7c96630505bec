// Retries a message every 180 ms until it succeeds, however long the API fails.
//
// Double the delay each time and add a random part.

"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");
const { Worker } = require("../../../examples/embedded_app/worker.js");

const PAUSE_MS = 180;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

Fiskil.prototype.repeated = function repeated(request, token, deadline) {
  return this.once(request, token, deadline);
};

Worker.prototype.work = async function work(message) {
  for (;;) {
    try {
      await this.process(message);
      break;
    } catch {
      await sleep(PAUSE_MS);
    }
  }
  this.busy.delete(message.messageId);
  this.wake();
};

require("../../../examples/embedded_app/server.js");
