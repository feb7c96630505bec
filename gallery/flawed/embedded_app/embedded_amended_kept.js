// Keeps the rows of a dataset after the end user removed that dataset from the consent.
//
// This is the embedded app with one function replaced. When a consent changes, delete the rows that it no longer covers.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const forgetRows = Store.prototype.forgetRows;
Store.prototype.forgetRows = function (consentId, datasets) {
  if (this.consents.get(consentId).status === "revoked") forgetRows.call(this, consentId, datasets);
};

require("../../../examples/embedded_app/server");
