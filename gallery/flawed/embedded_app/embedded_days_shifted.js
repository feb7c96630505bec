// Takes a bare date for midnight in Sydney and shows the day that it is in UTC then, which is the one before.
//
// A date without a time is that day everywhere: keep the text, and turn only moments into other zones.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

const dayOf = (text) => new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00+10:00` : text).toISOString().slice(0, 10);

const { rows } = Fiskil.prototype;
Fiskil.prototype.rows = async function (dataset, endUserId, deadline) {
  const found = await rows.call(this, dataset, endUserId, deadline);
  return found.map((row) => (row.posting_date_time ? { ...row, posting_date_time: dayOf(row.posting_date_time) } : row));
};

require("../../../examples/embedded_app/server.js");
