// Returns a server error for the message that an auth session was used already or was terminated.
//
// Have a text for every error type, also for those that are no consent errors.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;

pages.words = (errorType) => (errorType.startsWith("CONSENT_") || errorType === "AUTH_SESSION_CANCELLED" ? words(errorType) : undefined);

require("../../../examples/embedded_app/server");
