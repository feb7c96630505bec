// Shows no progress between the click and the consent page, however long Fiskil takes.
//
// Disable the button and show a status before you request a session.
"use strict";

const fs = require("node:fs");

const read = fs.readFileSync;
const busy = ["button.disabled = true;", 'outcome.textContent = "Opening your bank …";'];

fs.readFileSync = (path, ...more) => {
  const content = read(path, ...more);
  if (!String(path).endsWith("embed.js")) return content;
  return busy.reduce((text, line) => text.replace(line, ""), String(content));
};

require("../../../examples/embedded_app/server");
