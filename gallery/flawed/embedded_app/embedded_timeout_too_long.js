// Waits seven seconds for a response, although its config promises a limit of four.
//
// Set one limit for each call and one for each customer request, both below the limits that you declare.
"use strict";

const settings = require("../../../examples/embedded_app/settings");

const load = settings.load;

settings.load = (environment) => ({ ...load(environment), callMs: 7000, requestMs: 14_000 });

require("../../../examples/embedded_app/server");
