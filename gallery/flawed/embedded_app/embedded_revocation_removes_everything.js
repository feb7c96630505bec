// Forgets everything of an end user when one of their consents ends, also what another consent lets it keep.
//
// It is the embedded app with one function replaced. A consent's end concerns the rows that came under that consent.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

Store.prototype.forgetRows = function (consentId, datasets) {
  const { endUserId } = this.consents.get(consentId);
  for (const dataset of datasets) this.readings.get(`${endUserId}/${dataset}`)?.rows.clear();
};

require("../../../examples/embedded_app/server");
