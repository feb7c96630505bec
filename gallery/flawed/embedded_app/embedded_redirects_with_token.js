// Follows redirects to any host and sends the access token along.
//
// Follow no redirect of an API, or only within its origin.
"use strict";

const http = require("node:http");
const https = require("node:https");

const MOST_REDIRECTS = 5;

for (const library of [http, https]) {
  const { request } = library;
  const follow = (target, options, left) => {
    const outgoing = request(new URL(target), options);
    const { emit } = outgoing;
    outgoing.emit = (name, ...args) => {
      const [response] = args;
      const to = name === "response" && response.statusCode >= 300 && response.statusCode < 400 && response.headers.location;
      if (!to || !left) return emit.call(outgoing, name, ...args);
      response.resume();
      const next = follow(new URL(to, target), { ...options, agent: undefined }, left - 1);
      for (const event of ["response", "error"]) next.on(event, (value) => emit.call(outgoing, event, value));
      next.end();
      return true;
    };
    return outgoing;
  };
  library.request = (target, options) => follow(target, options, MOST_REDIRECTS);
}

require("../../../examples/embedded_app/server.js");
