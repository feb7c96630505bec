// Passes the consent page's error type on to the person, as if they knew what it means.
//
// Keep words for each error type, and a general text for those you have never heard of.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

pages.words = (errorType) => ["Error", errorType];

require("../../../examples/embedded_app/server");
