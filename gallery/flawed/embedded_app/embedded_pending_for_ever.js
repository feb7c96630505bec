// Lets nobody start while an earlier attempt is open, and one whose tab was closed stays open for ever.
//
// Nobody tells of a closed tab: let each press of the button begin a journey of its own.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");
const { Failure } = require("../../../examples/embedded_app/wire");

const begin = Journeys.prototype.begin;

Journeys.prototype.begin = async function (ref, publicUrl, deadline) {
  const own = [...this.store.attempts.values()].filter((one) => one.ref === ref);
  if (own.some((one) => one.status === "pending")) throw new Failure("rejected", "an attempt is open already");
  return begin.call(this, ref, publicUrl, deadline);
};

require("../../../examples/embedded_app/server");
