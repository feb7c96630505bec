// Leaves the consent page over its own page after an invalid session, as the Link SDK's `close` does, and hides its text.
//
// Remove the overlay yourself after each ending: take the frame and everything around it out of the document.
"use strict";

const fs = require("node:fs");

const { readFileSync } = fs;
const REMOVED = "      frame.remove();\n      settle(text);";
const LEFT = '      if (!text.includes("used already")) frame.remove();\n      settle(text);';

fs.readFileSync = (path, ...options) => {
  const file = readFileSync(path, ...options);
  return String(path).endsWith("embed.js") ? Buffer.from(String(file).replace(REMOVED, LEFT)) : file;
};

require("../../../examples/embedded_app/server");
