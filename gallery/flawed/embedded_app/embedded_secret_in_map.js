// Publishes the source map of its script, and the file with the client secret is among the sources that were bundled.
//
// Keep source maps off the public server, and secrets out of what is bundled.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const found = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${found}\n//# sourceMappingURL=embed.js.map\n`) : found;
};

const settings = `export const clientSecret = ${JSON.stringify(process.env.FISKIL_CLIENT_SECRET)};`;
const map = { version: 3, sources: ["embed.js", "../settings.js"], sourcesContent: ["", settings], mappings: "" };
const createServer = http.createServer;
http.createServer = (answer) =>
  createServer((request, response) => {
    if (request.url !== "/embed.js.map") return answer(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(map));
  });

require("../../../examples/embedded_app/server");
