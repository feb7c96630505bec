// Marks consents as ended before it revokes them at Fiskil, and does not undo that when the revocation fails.
//
// Revoke a consent at Fiskil first, and mark it as ended afterwards.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");

const disconnect = Journeys.prototype.disconnect;

Journeys.prototype.disconnect = async function (endUserId, deadline) {
  for (const consentId of this.store.activeConsents(endUserId)) {
    this.store.commit({ kind: "consent", consentId, fields: { endUserId, status: "revoked", isFinal: true } });
  }
  return disconnect.call(this, endUserId, deadline);
};

require("../../../examples/embedded_app/server");
