// Follows redirects itself, with the headers that it had: the token goes to whatever host an answer names.
//
// Follow no redirect of an API, or only within its origin; fetch and curl leave Authorization behind for a reason.
"use strict";

const http = require("node:http");
const https = require("node:https");

const MOST_REDIRECTS = 5;

for (const library of [http, https]) {
  const { request } = library;
  const follow = (target, options, left) => {
    const made = request(new URL(target), options);
    const { emit } = made;
    made.emit = (name, ...told) => {
      const [response] = told;
      const to = name === "response" && response.statusCode >= 300 && response.statusCode < 400 && response.headers.location;
      if (!to || !left) return emit.call(made, name, ...told);
      response.resume();
      const next = follow(new URL(to, target), { ...options, agent: undefined }, left - 1);
      for (const event of ["response", "error"]) next.on(event, (value) => emit.call(made, event, value));
      next.end();
      return true;
    };
    return made;
  };
  library.request = (target, options) => follow(target, options, MOST_REDIRECTS);
}

require("../../../examples/embedded_app/server.js");
