// Puts the client secret into the page's script.
//
// Give a page only what it displays.
"use strict";

const fs = require("node:fs");

const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const content = read(file, ...rest);
  if (!String(file).endsWith("embed.js")) return content;
  const { FISKIL_CLIENT_ID: clientId, FISKIL_CLIENT_SECRET: clientSecret } = process.env;
  return Buffer.from(`window.FISKIL = ${JSON.stringify({ clientId, clientSecret })};\n${content}`);
};

require("../../../examples/embedded_app/server");
