// Opens the consent page twice within a tick, as an effect does that runs twice: the second frame replaces the first, whose
// promise stays pending, and the page waits for both.
//
// Start one journey for each click, and ignore a second start until the first has ended.
"use strict";

const fs = require("node:fs");

const { readFileSync } = fs;
const CHANGES = [
  ["await embed(session)", "(await Promise.all([embed(session), embed(session)]))[1]"],
  ["  frame.src =", '  document.querySelector("iframe")?.remove();\n  frame.src ='],
];

fs.readFileSync = (path, ...options) => {
  const file = readFileSync(path, ...options);
  if (!String(path).endsWith("embed.js")) return file;
  return CHANGES.reduce((text, [before, after]) => text.replace(before, after), String(file));
};

require("../../../examples/embedded_app/server");
