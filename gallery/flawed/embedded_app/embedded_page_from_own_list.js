// Renders the connections page from a copy that is made when the customer opens it, and that no event changes.
//
// Render the page from the consents that events change.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const connections = pages.connections;
const copies = new Map(); // ref -> connection and consents

pages.connections = function (ref, connection, consents) {
  if (connection === "connected") copies.set(ref, [connection, consents]);
  return connections(ref, ...(copies.get(ref) || [connection, consents]));
};

require("../../../examples/embedded_app/server");
