// Interprets a date without a time as midnight in Sydney, and shows the day before.
//
// A date without a time is that day everywhere. Keep the text, and convert only instants to other time zones.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

const dayOf = (text) => new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00+10:00` : text).toISOString().slice(0, 10);

const { rows } = Fiskil.prototype;
Fiskil.prototype.rows = async function (dataset, endUserId, deadline) {
  const unshifted = await rows.call(this, dataset, endUserId, deadline);
  return unshifted.map((row) => (row.posting_date_time ? { ...row, posting_date_time: dayOf(row.posting_date_time) } : row));
};

require("../../../examples/embedded_app/server.js");
