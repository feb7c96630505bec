// Publishes a source map that contains the client secret.
//
// Keep source maps off the public server, and secrets out of bundled files.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const content = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${content}\n//# sourceMappingURL=embed.js.map\n`) : content;
};

const settings = `export const clientSecret = ${JSON.stringify(process.env.FISKIL_CLIENT_SECRET)};`;
const map = { version: 3, sources: ["embed.js", "../settings.js"], sourcesContent: ["", settings], mappings: "" };
const createServer = http.createServer;
http.createServer = (listener) =>
  createServer((request, response) => {
    if (request.url !== "/embed.js.map") return listener(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(map));
  });

require("../../../examples/embedded_app/server");
