// Reads a list again without its date filter after the list broke off, so it reads years of transactions.
//
// Repeat the same request: the time filter belongs to every read, not only to the first attempt.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const walk = Fiskil.prototype.walk;

Fiskil.prototype.every = async function (path, root, params, deadline) {
  const from = `${this.settings.baseUrl}${path}`;
  try {
    return await walk.call(this, `${from}?${new URLSearchParams(params)}`, path, root, deadline);
  } catch (failure) {
    if (!failure.isMidwalk || failure.kind === "refused") throw failure;
    const everything = { ...params };
    delete everything.from;
    return walk.call(this, `${from}?${new URLSearchParams(everything)}`, path, root, deadline);
  }
};

require("../../../examples/embedded_app/server.js");
