// Lists the accounts on the connections page, and shows an empty list without a note until they have arrived.
//
// Show on every page with data that the data is still syncing.
"use strict";

const pages = require("../../../examples/embedded_app/pages");
const { Store } = require("../../../examples/embedded_app/store");

const connections = pages.connections;
const connection = Store.prototype.connection;
let stored = [];

Store.prototype.connection = function (endUserId) {
  stored = this.rows(endUserId, "accounts").map((account) => `<li>${account.display_name} ${account.masked_number}</li>`);
  return connection.call(this, endUserId);
};

pages.connections = (ref, status, consents) =>
  connections(ref, status === "syncing" ? "connected" : status, consents).replace("</main>", `<h2>Your accounts</h2><ul>${stored.join("")}</ul></main>`);

require("../../../examples/embedded_app/server");
