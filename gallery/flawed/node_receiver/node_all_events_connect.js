// Marks a consent as active after any consent event, even after a revocation.
//
// This is the correct receiver with one line changed. data.event decides what a message does; consent.revoked ends a
// consent.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const ORIGINAL = 'event === "consent.revoked" ? "revoked" : "active"';
const REPLACEMENT = '"active"';

process.env.INBOX = `${process.env.DATABASE}.jsonl`;
const file = path.join(__dirname, "..", "..", "..", "examples", "node_receiver", "server.js");
const text = fs.readFileSync(file, "utf8");
if (!text.includes(ORIGINAL)) throw new Error(`${file} has changed: there is no ${ORIGINAL} in it.`);
new Module(file)._compile(text.replace(ORIGINAL, REPLACEMENT), file);
