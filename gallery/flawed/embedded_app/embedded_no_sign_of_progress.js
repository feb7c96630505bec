// Shows nothing at all between the press and the consent page, however long Fiskil takes.
//
// Disable the button and say that something is under way, before you ask for a session.
"use strict";

const fs = require("node:fs");

const read = fs.readFileSync;
const busy = ["button.disabled = true;", 'outcome.textContent = "Opening your bank …";'];

fs.readFileSync = (path, ...more) => {
  const found = read(path, ...more);
  if (!String(path).endsWith("embed.js")) return found;
  return busy.reduce((text, line) => text.replace(line, ""), String(found));
};

require("../../../examples/embedded_app/server");
