// Waits six seconds for balances, although its config promises a limit of four for every call.
//
// Limit the calls of every endpoint by the deadline that you declare.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const rows = Fiskil.prototype.rows;
const PATIENCE_MS = 6000;

Fiskil.prototype.rows = function (dataset, endUserId, deadline) {
  if (dataset !== "balances") return rows.call(this, dataset, endUserId, deadline);
  const patient = Object.create(this, { settings: { value: { ...this.settings, callMs: PATIENCE_MS } } });
  return rows.call(patient, dataset, endUserId, Date.now() + PATIENCE_MS);
};

require("../../../examples/embedded_app/server");
