// Handles each request only when the previous one has ended, although slow clients are disconnected after two seconds.
//
// Let requests overlap: Node handles other requests while one waits for its body.
"use strict";

const http = require("node:http");

const createServer = http.createServer;
let previous = Promise.resolve();
http.createServer = (listener) =>
  createServer({ requestTimeout: 2000, connectionsCheckingInterval: 100 }, (request, response) => {
    previous = previous.then(() => {
      listener(request, response);
      return new Promise((resolve) => response.on("close", resolve));
    });
  });

require("../../../examples/node_receiver/server.js");
