// Returns the client secret, in base64, to the page that requests a session.
//
// Return only the fields that the page needs, each named explicitly.
"use strict";

const http = require("node:http");

const basic = Buffer.from(`${process.env.FISKIL_CLIENT_ID}:${process.env.FISKIL_CLIENT_SECRET}`).toString("base64");
const end = http.ServerResponse.prototype.end;
http.ServerResponse.prototype.end = function (text, ...rest) {
  const isSession = typeof text === "string" && text.startsWith('{"session_id"');
  return end.call(this, isSession ? JSON.stringify({ ...JSON.parse(text), request: { basic } }) : text, ...rest);
};

require("../../../examples/embedded_app/server");
