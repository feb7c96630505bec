// Stores each account as it was first read; later names, products and masked numbers are ignored.
//
// Replace the stored rows of every dataset by the rows of the latest reading.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const apply = Store.prototype.apply;

Store.prototype.apply = function (change) {
  const stored = this.readings.get(`${change.endUserId}/accounts`)?.rows;
  if (change.kind !== "rows" || change.dataset !== "accounts" || !stored) return apply.call(this, change);
  const kept = (row) => (stored.has(row.fiskil_id) ? { ...stored.get(row.fiskil_id), open_status: row.open_status } : row);
  return apply.call(this, { ...change, rows: change.rows.map(kept) });
};

require("../../../examples/embedded_app/server");
