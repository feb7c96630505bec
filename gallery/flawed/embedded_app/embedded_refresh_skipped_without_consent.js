// Does nothing when it is asked to read anew and no consent is active: what is over stays on show if its event got lost.
//
// It is the embedded app with one function replaced. That nothing is shared any more is news as well.
"use strict";

const { Worker } = require("../../../examples/embedded_app/worker");

const refresh = Worker.prototype.refresh;
Worker.prototype.refresh = async function (endUserId, deadline) {
  const listed = await this.fiskil.consents(endUserId, deadline);
  return listed.some((one) => one.isActive) ? refresh.call(this, endUserId, deadline) : {};
};

require("../../../examples/embedded_app/server");
