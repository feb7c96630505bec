// Goes on showing a dataset that the end user took out of the consent: no sync tells that its rows are gone.
//
// It is the embedded app with one function replaced. What a consent covers no longer must be deleted when it changes.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const forgetRows = Store.prototype.forgetRows;
Store.prototype.forgetRows = function (consentId, datasets) {
  if (this.consents.get(consentId).status === "revoked") forgetRows.call(this, consentId, datasets);
};

require("../../../examples/embedded_app/server");
