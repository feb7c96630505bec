// Stores the expiry of a consent once, so the page shows the old day after the customer has renewed the consent.
//
// Replace every detail of a consent when consent.updated arrives.
"use strict";

const { Store } = require("../../../examples/embedded_app/store");

const apply = Store.prototype.apply;

Store.prototype.apply = function (change) {
  const stored = change.kind === "consent" && this.consents.get(change.consentId);
  if (!stored || !stored.expiresAt || !change.fields.expiresAt) return apply.call(this, change);
  return apply.call(this, { ...change, fields: { ...change.fields, expiresAt: stored.expiresAt } });
};

require("../../../examples/embedded_app/server");
