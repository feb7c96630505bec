// Looks the words for an error up in its table, and fails where an error type is not in it.
//
// Have words for what you do not know: Fiskil may add a type any day.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;
const unknown = words("");

pages.words = (errorType) => (words(errorType) === unknown ? undefined : words(errorType));

require("../../../examples/embedded_app/server");
