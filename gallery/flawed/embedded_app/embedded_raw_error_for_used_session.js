// Shows a raw error code for a consent page that has already been used.
//
// Show a text for that case too, and offer a new attempt.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;
pages.words = (errorType) => (errorType === "AUTH_SESSION_INVALID" ? ["Error", errorType] : words(errorType));

require("../../../examples/embedded_app/server");
