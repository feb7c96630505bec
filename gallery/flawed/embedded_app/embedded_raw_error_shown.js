// Shows the consent page's raw error code to the end user.
//
// Have a text for each error type, and a general text for unknown types.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

pages.words = (errorType) => ["Error", errorType];

require("../../../examples/embedded_app/server");
