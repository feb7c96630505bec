// Follows links.next as long as there is one: a link that leads back makes the walk go on for ever.
//
// Remember the links of a walk, and fail it when one comes again.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");
const { Failure } = require("../../../examples/embedded_app/wire.js");

function following(link, current) {
  const target = new URL(link, current);
  if (target.origin !== new URL(current).origin) throw new Failure("rejected", "a next link to another origin");
  return target.href;
}

Fiskil.prototype.walk = async function (first, path, root, deadline) {
  const records = [];
  for (let url = first; url; ) {
    try {
      const told = await this.call({ endpoint: `GET ${path}`, url, isRepeatable: true }, deadline);
      if (!told || !Array.isArray(told[root])) throw new Failure("unavailable", `an answer without ${root}`);
      records.push(...told[root]);
      url = told.links && told.links.next ? following(told.links.next, url) : "";
    } catch (failure) {
      failure.isMidwalk = url !== first;
      throw failure;
    }
  }
  return records;
};

require("../../../examples/embedded_app/server.js");
