// Has words for what ends at the bank, and none for a consent page that is used up: there the bare code shows.
//
// Keep words for that as well, and offer a fresh attempt.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;
pages.words = (errorType) => (errorType === "AUTH_SESSION_INVALID" ? ["Error", errorType] : words(errorType));

require("../../../examples/embedded_app/server");
