// Reads a field of a missing object, so every sync throws a TypeError, and its message is never finished.
//
// Amounts are fields of the row. Read the documented fields, and retry or report a message that failed.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const reading = Worker.prototype.reading;

Worker.prototype.reading = async function (dataset, endUserId, deadline) {
  const found = await reading.call(this, dataset, endUserId, deadline);
  found.total = found.rows.reduce((total, row) => total + Number(row.money.amount), 0);
  return found;
};

Worker.prototype.work = async function (message) {
  try {
    await this.process(message);
  } catch (error) {
    console.error(error);
    return;
  }
  this.busy.delete(message.messageId);
  this.wake();
};

require("../../../examples/embedded_app/server");
