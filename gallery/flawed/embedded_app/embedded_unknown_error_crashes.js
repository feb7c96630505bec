// Returns a server error for an error type that is not in its table.
//
// Have a text for unknown types: Fiskil may add a type at any time.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;
const unknown = words("");

pages.words = (errorType) => (words(errorType) === unknown ? undefined : words(errorType));

require("../../../examples/embedded_app/server");
