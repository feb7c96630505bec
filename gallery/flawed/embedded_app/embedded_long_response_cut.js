// Reads at most a quarter of a megabyte of a response and drops the rows of the truncated rest.
//
// Read a response to its end, or report an error.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const LARGEST = 256 * 1024;

const { call } = Fiskil.prototype;

Fiskil.prototype.call = async function (request, deadline) {
  const payload = await call.call(this, request, deadline);
  const rows = payload && payload.transactions;
  if (!Array.isArray(rows)) return payload;
  let size = 0;
  return { ...payload, transactions: rows.filter((row) => (size += JSON.stringify(row).length) <= LARGEST) };
};

require("../../../examples/embedded_app/server");
