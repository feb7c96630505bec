// Deletes all data of an end user when one of several consents ends.
//
// This is the embedded app with one function replaced. Delete only the rows of the consent that ended.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

Store.prototype.forgetRows = function (consentId, datasets) {
  const { endUserId } = this.consents.get(consentId);
  for (const dataset of datasets) this.readings.get(`${endUserId}/${dataset}`)?.rows.clear();
};

require("../../../examples/embedded_app/server");
