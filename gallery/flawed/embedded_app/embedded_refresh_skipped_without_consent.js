// Refreshes nothing when no consent is active, so the rows of a consent that has ended stay visible.
//
// This is the embedded app with one function replaced. A refresh must also delete data that is no longer shared.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const refresh = Worker.prototype.refresh;
Worker.prototype.refresh = async function (endUserId, deadline) {
  const listed = await this.fiskil.consents(endUserId, deadline);
  return listed.some((consent) => consent.isActive) ? refresh.call(this, endUserId, deadline) : {};
};

require("../../../examples/embedded_app/server");
