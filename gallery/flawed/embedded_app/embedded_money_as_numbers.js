// Converts amounts to JavaScript numbers, so large amounts lose their cents.
//
// Keep the text from the response, or whole cents as BigInt.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

const { rows } = Fiskil.prototype;
Fiskil.prototype.rows = async function (dataset, endUserId, deadline) {
  const received = await rows.call(this, dataset, endUserId, deadline);
  return received.map((row) => (row.amount === undefined ? row : { ...row, amount: Number(row.amount).toFixed(2) }));
};

require("../../../examples/embedded_app/server.js");
