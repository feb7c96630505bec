// Lets a message keep its place while it waits for its next try, so four failing messages delay those of other customers.
//
// Free the place, and take the message again when it is due.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

Worker.prototype.postpone = function (message, tries, ms) {
  process.nextTick(() => this.busy.add(message.messageId)); // after the place was freed
  setTimeout(() => this.work(message, tries + 1), ms);
};

require("../../../examples/embedded_app/server");
