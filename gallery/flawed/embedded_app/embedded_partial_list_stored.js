// Stores the first pages of a list when a later page fails, mixed with older rows.
//
// Read the whole list first, then store it in one transaction. If a page fails, keep the earlier data.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");
const { Worker } = require("../../../examples/embedded_app/worker.js");

let partial = [];
const { call } = Fiskil.prototype;
Fiskil.prototype.call = async function (request, deadline) {
  const payload = await call.call(this, request, deadline);
  if (payload && Array.isArray(payload.transactions)) partial.push(...payload.transactions);
  return payload;
};

const { reading } = Worker.prototype;
Worker.prototype.reading = async function (dataset, endUserId, deadline) {
  partial = [];
  try {
    return await reading.call(this, dataset, endUserId, deadline);
  } catch (failure) {
    const stored = this.store.readings.get(`${endUserId}/${dataset}`);
    if (!stored || !partial.length) throw failure;
    const received = partial.map((entry) => ({ ...entry, consent_id: entry.arrangement_id }));
    const rows = [...new Map([...stored.rows.values(), ...received].map((row) => [row.fiskil_id, row])).values()];
    this.store.commit({ kind: "rows", endUserId, dataset, number: stored.number, consents: stored.consents, rows });
    throw failure;
  }
};

require("../../../examples/embedded_app/server.js");
