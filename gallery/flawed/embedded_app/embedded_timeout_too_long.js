// Waits seven seconds for an answer, though its config promises to give up after four.
//
// One limit over the whole of each call, and another over all that a customer waits for, both below what you promise.
"use strict";

const settings = require("../../../examples/embedded_app/settings");

const load = settings.load;

settings.load = (environment) => ({ ...load(environment), callMs: 7000, requestMs: 14_000 });

require("../../../examples/embedded_app/server");
