// Redirects every request without a session to the login page, including Fiskil's webhooks.
//
// Exclude the webhook path from the middleware: its signature is the check.
"use strict";

const http = require("node:http");

const createServer = http.createServer;
http.createServer = (listener) =>
  createServer((request, response) => {
    if (request.method !== "POST" || request.headers.cookie) return listener(request, response);
    response.writeHead(302, { location: `/login?next=${request.url}`, "content-length": 0 }).end();
  });

require("../../../examples/node_receiver/server.js");
