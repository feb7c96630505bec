// Writes its inbox after the acknowledgement, so a crash loses acknowledged messages.
//
// Write the message to disk before you respond: Fiskil does not send an acknowledged message again.

"use strict";

const fs = require("node:fs");

const LATER_MS = 1500;
const write = fs.writeSync;

fs.writeSync = (file, text) => setTimeout(() => write(file, text), LATER_MS);
fs.fsyncSync = () => {};

require("../../../examples/node_receiver/server.js");
