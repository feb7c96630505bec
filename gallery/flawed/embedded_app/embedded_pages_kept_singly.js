// Keeps the pages of a list that it got, when a later one fails: some rows are new, the others of the last time.
//
// Collect the whole list first, then keep it in one transaction; when a page fails, what was there stays.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");
const { Worker } = require("../../../examples/embedded_app/worker.js");

let partial = [];
const { call } = Fiskil.prototype;
Fiskil.prototype.call = async function (request, deadline) {
  const told = await call.call(this, request, deadline);
  if (told && Array.isArray(told.transactions)) partial.push(...told.transactions);
  return told;
};

const { reading } = Worker.prototype;
Worker.prototype.reading = async function (dataset, endUserId, deadline) {
  partial = [];
  try {
    return await reading.call(this, dataset, endUserId, deadline);
  } catch (failure) {
    const known = this.store.readings.get(`${endUserId}/${dataset}`);
    if (!known || !partial.length) throw failure;
    const got = partial.map((one) => ({ ...one, consent_id: one.arrangement_id }));
    const rows = [...new Map([...known.rows.values(), ...got].map((row) => [row.fiskil_id, row])).values()];
    this.store.commit({ kind: "rows", endUserId, dataset, number: known.number, consents: known.consents, rows });
    throw failure;
  }
};

require("../../../examples/embedded_app/server.js");
