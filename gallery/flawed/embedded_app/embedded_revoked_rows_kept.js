// Marks a consent as revoked, and keeps all rows that were read under it.
//
// Delete the rows in the change that ends the consent.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

Store.prototype.forgetRows = () => {};

require("../../../examples/embedded_app/server");
