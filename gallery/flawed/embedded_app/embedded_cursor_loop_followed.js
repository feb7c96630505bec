// Follows links.next without detecting a loop, so a link to an earlier page never ends.
//
// Remember the links of a list, and fail if one is repeated.
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
      const page = await this.call({ endpoint: `GET ${path}`, url, isRepeatable: true }, deadline);
      if (!page || !Array.isArray(page[root])) throw new Failure("unavailable", `a response without ${root}`);
      records.push(...page[root]);
      url = page.links && page.links.next ? following(page.links.next, url) : "";
    } catch (failure) {
      failure.isMidwalk = url !== first;
      throw failure;
    }
  }
  return records;
};

require("../../../examples/embedded_app/server.js");
