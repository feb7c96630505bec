// Follows links.next as long as there is one: a link that leads back makes the walk go on for ever.
//
// Remember the links of a walk, and fail it when one comes again.
"use strict";

const { Fiskil } = require("../embedded_app/fiskil.js");

Fiskil.prototype.walk = async function (first, path, root, deadline) {
  const records = [];
  for (let url = first; url; ) {
    const told = await this.call({ endpoint: `GET ${path}`, url, isRepeatable: true }, deadline);
    if (!told || !Array.isArray(told[root])) throw new Error("an answer of another shape");
    records.push(...told[root]);
    url = (told.links && told.links.next) || "";
  }
  return records;
};

require("../embedded_app/server.js");
