// Repeats the creation of an end user after a failure, so one person gets two end users.
//
// The outcome of the first request is unknown. Search for the end user before you create another.

"use strict";

const { Fiskil } = require("../../../examples/embedded_app/fiskil.js");

Fiskil.prototype.create = function create(path, body, deadline) {
  return this.call({ endpoint: `POST ${path}`, url: this.settings.baseUrl + path, body, isRepeatable: true }, deadline);
};

require("../../../examples/embedded_app/server.js");
