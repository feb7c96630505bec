// Looks for X-Fiskil-Signature among the raw headers, spelt exactly so. Proxies write names in lower case.
//
// Header names have no case: ask request.headers, or headersDistinct, where all are in lower case.
"use strict";

const http = require("node:http");

const createServer = http.createServer;
http.createServer = (answer) =>
  createServer((request, response) => {
    const at = request.rawHeaders.indexOf("X-Fiskil-Signature");
    const found = at < 0 ? {} : { "x-fiskil-signature": [request.rawHeaders[at + 1]] };
    Object.defineProperty(request, "headersDistinct", { value: found });
    answer(request, response);
  });

require("../../../examples/node_receiver/server.js");
