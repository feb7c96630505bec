// Marks a consent as active whatever an event says about it, so the end of a consent is taken for one more beginning.
//
// It is the correct receiver with one line changed. data.event decides what a message does; consent.revoked ends a consent.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const RIGHT = 'event === "consent.revoked" ? "revoked" : "active"';
const WRONG = '"active"';

process.env.INBOX = `${process.env.DATABASE}.jsonl`;
const file = path.join(__dirname, "..", "node_receiver", "server.js");
const text = fs.readFileSync(file, "utf8");
if (!text.includes(RIGHT)) throw new Error(`${file} has changed: there is no ${RIGHT} in it.`);
new Module(file)._compile(text.replace(RIGHT, WRONG), file);
