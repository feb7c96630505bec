// Sends everybody who has no session to the login page, Fiskil as well.
//
// Leave the webhook's path out of the middleware: its signature is the check.
"use strict";

const http = require("node:http");

const createServer = http.createServer;
http.createServer = (answer) =>
  createServer((request, response) => {
    if (request.method !== "POST" || request.headers.cookie) return answer(request, response);
    response.writeHead(302, { location: `/login?next=${request.url}`, "content-length": 0 }).end();
  });

require("../../../examples/node_receiver/server.js");
