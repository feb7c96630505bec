// Keeps money as numbers of JavaScript: from some size on they have no cents any more.
//
// Keep the text that came, or whole cents as BigInt; Number is no type for money.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

const { rows } = Fiskil.prototype;
Fiskil.prototype.rows = async function (dataset, endUserId, deadline) {
  const found = await rows.call(this, dataset, endUserId, deadline);
  return found.map((row) => (row.amount === undefined ? row : { ...row, amount: Number(row.amount).toFixed(2) }));
};

require("../../../examples/embedded_app/server.js");
