// Lets calls for the same dataset share one request while it is in progress, also if they are about other end users.
//
// Include the end user in the key of every cache.
"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const every = Fiskil.prototype.every;
const inProgress = new Map();

Fiskil.prototype.every = function (path, root, params, deadline) {
  if (!path.startsWith("/v1/banking/")) return every.call(this, path, root, params, deadline);
  const key = `${path} ${params.status} ${params.from}`;
  if (!inProgress.has(key)) {
    inProgress.set(key, every.call(this, path, root, params, deadline).finally(() => inProgress.delete(key)));
  }
  return inProgress.get(key);
};

require("../../../examples/embedded_app/server.js");
