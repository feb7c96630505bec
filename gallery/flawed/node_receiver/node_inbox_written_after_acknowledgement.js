// Writes its inbox a moment after it has answered: a crash in between loses what was acknowledged.
// Fiskil does not send again what was answered with 2xx, so it must be on the disk before the answer.

"use strict";

const fs = require("node:fs");

const LATER_MS = 1500;
const write = fs.writeSync;

fs.writeSync = (file, text) => setTimeout(() => write(file, text), LATER_MS);
fs.fsyncSync = () => {};

require("../../../examples/node_receiver/server.js");
