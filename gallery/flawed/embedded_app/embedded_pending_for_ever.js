// Allows no new attempt while an earlier one is open, and never closes the attempt of a closed tab.
//
// A closed tab reports nothing. Start a new journey with each click.
"use strict";

const { Journeys } = require("../../../examples/embedded_app/journeys");
const { Failure } = require("../../../examples/embedded_app/wire");

const begin = Journeys.prototype.begin;

Journeys.prototype.begin = async function (ref, publicUrl, deadline) {
  const own = [...this.store.attempts.values()].filter((attempt) => attempt.ref === ref);
  if (own.some((attempt) => attempt.status === "pending")) throw new Failure("rejected", "an attempt is open already");
  return begin.call(this, ref, publicUrl, deadline);
};

require("../../../examples/embedded_app/server");
