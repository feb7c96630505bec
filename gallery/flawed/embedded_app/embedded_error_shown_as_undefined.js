// Appends the reason to the text of each error, and reads it from a field that does not exist.
//
// Have a text for each error type, and a general text for unknown types.
"use strict";

const pages = require("../../../examples/embedded_app/pages");

const words = pages.words;

pages.words = (errorType) => {
  const [title, text] = words(errorType);
  return [title, `${text} Reason: ${errorType.message}`];
};

require("../../../examples/embedded_app/server");
