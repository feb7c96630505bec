// Reactivates a revoked consent when an older consent.received arrives late.
//
// This is the correct receiver with one line changed. publish_time decides which of two events is newer, whatever their
// type.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const ORIGINAL = "known.publish_time >= message.publish_time";
const REPLACEMENT = `(${ORIGINAL} && event !== "consent.received")`;

process.env.INBOX = `${process.env.DATABASE}.jsonl`;
const file = path.join(__dirname, "..", "..", "..", "examples", "node_receiver", "server.js");
const text = fs.readFileSync(file, "utf8");
if (!text.includes(ORIGINAL)) throw new Error(`${file} has changed: there is no ${ORIGINAL} in it.`);
new Module(file)._compile(text.replace(ORIGINAL, REPLACEMENT), file);
