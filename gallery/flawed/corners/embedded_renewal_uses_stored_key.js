// Keeps the key of its first start beside its journal, and renews refused tokens with that key instead of the configured one.
//
// Read credentials from the environment only.
"use strict";

const fs = require("node:fs");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const renewed = Fiskil.prototype.renewed;

Fiskil.prototype.renewed = function (stale, deadline) {
  const place = `${this.settings.journal}.key`;
  const { clientId, clientSecret } = this.settings;
  if (!fs.existsSync(place)) fs.writeFileSync(place, JSON.stringify({ clientId, clientSecret }), { mode: 0o600 });
  if (stale) Object.assign(this.settings, JSON.parse(fs.readFileSync(place, "utf8")));
  return renewed.call(this, stale, deadline);
};

require("../../../examples/embedded_app/server");
