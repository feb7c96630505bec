// Shows that each consent ends a year after today, whatever its own end is.
//
// Show the end that Fiskil reports for the consent.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const YEAR_MS = 365 * 86_400_000;

const connections = pages.connections;

pages.connections = function (ref, connection, consents) {
  const expiresAt = new Date(Date.now() + YEAR_MS).toISOString();
  return connections(ref, connection, consents.map((consent) => ({ ...consent, expiresAt })));
};

require("../../../examples/embedded_app/server");
