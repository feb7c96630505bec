// Finds the signature header only if its name is spelt exactly X-Fiskil-Signature.
//
// Header names are case-insensitive. Use request.headers or headersDistinct, whose names are in lower case.
"use strict";

const http = require("node:http");

const createServer = http.createServer;
http.createServer = (listener) =>
  createServer((request, response) => {
    const index = request.rawHeaders.indexOf("X-Fiskil-Signature");
    const headers = index < 0 ? {} : { "x-fiskil-signature": [request.rawHeaders[index + 1]] };
    Object.defineProperty(request, "headersDistinct", { value: headers });
    listener(request, response);
  });

require("../../../examples/node_receiver/server.js");
