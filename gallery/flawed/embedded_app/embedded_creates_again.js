// Sends the creation of an end user again whenever the answer is of no use: one person becomes two at Fiskil.
// Nobody knows what became of the first one, so look for it before creating another.

"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

Fiskil.prototype.create = function create(path, body, deadline) {
  return this.call({ endpoint: `POST ${path}`, url: this.settings.baseUrl + path, body, isRepeatable: true }, deadline);
};

require("../../../examples/embedded_app/server.js");
