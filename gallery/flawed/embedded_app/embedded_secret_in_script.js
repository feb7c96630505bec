// Hands its whole configuration to the page's script, the client secret in it, where everybody can read it.
//
// Give a page what it shows, and nothing of what the server needs.
"use strict";

const fs = require("node:fs");

const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const found = read(file, ...rest);
  if (!String(file).endsWith("embed.js")) return found;
  const { FISKIL_CLIENT_ID: clientId, FISKIL_CLIENT_SECRET: clientSecret } = process.env;
  return Buffer.from(`window.FISKIL = ${JSON.stringify({ clientId, clientSecret })};\n${found}`);
};

require("../../../examples/embedded_app/server");
