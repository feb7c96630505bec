// Takes the beginning of a consent for the newest fact about it, however late it is told: what was revoked lives again.
//
// It is the correct receiver with one line changed. publish_time must decide which of two facts is newer, whatever their kind.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const RIGHT = "known.publish_time >= message.publish_time";
const WRONG = `(${RIGHT} && event !== "consent.received")`;

process.env.INBOX = `${process.env.DATABASE}.jsonl`;
const file = path.join(__dirname, "..", "node_receiver", "server.js");
const text = fs.readFileSync(file, "utf8");
if (!text.includes(RIGHT)) throw new Error(`${file} has changed: there is no ${RIGHT} in it.`);
new Module(file)._compile(text.replace(RIGHT, WRONG), file);
