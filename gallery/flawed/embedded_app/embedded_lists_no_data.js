// Shows with which bank and until when data is shared, but not which data.
//
// List the datasets of each consent.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const connections = pages.connections;

pages.connections = (ref, connection, consents) =>
  connections(ref, connection, consents).replace(/ shares .*?, until/g, ", connected until");

require("../../../examples/embedded_app/server");
