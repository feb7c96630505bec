// Reads the customer's consents at Fiskil whenever the connections page is opened, and waits as long as Fiskil takes.
//
// Limit the call, and show the stored consents if it fails.
"use strict";

const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const LONG_MS = 120_000;
const createServer = http.createServer;
const endUsers = new Map();
let fiskil;

const createSession = Fiskil.prototype.createSession;
Fiskil.prototype.createSession = function (endUserId, address, deadline) {
  fiskil = this;
  endUsers.set("last", endUserId);
  return createSession.call(this, endUserId, address, deadline);
};

http.createServer = (listener) =>
  createServer(async (request, response) => {
    if (fiskil && request.url.startsWith("/connections")) {
      const patient = Object.assign(Object.create(Object.getPrototypeOf(fiskil)), fiskil, {
        settings: { ...fiskil.settings, callMs: LONG_MS },
      });
      await patient.consents(endUsers.get("last"), Date.now() + LONG_MS).catch(() => {});
    }
    return listener(request, response);
  });

require("../../../examples/embedded_app/server");
