// Lets its page fetch the access token and keep it in localStorage, to have it at hand.
//
// Keep the token in the server's memory; a page needs none.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const read = fs.readFileSync;
const keeping = 'fetch("/token").then((one) => one.json()).then(({ token }) => localStorage.setItem("session", JSON.stringify({ token })));';
fs.readFileSync = (file, ...rest) => {
  const found = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${found}\n${keeping}\n`) : found;
};

let fiskil;
const createEndUser = Fiskil.prototype.createEndUser;
Fiskil.prototype.createEndUser = function (...asked) {
  fiskil = this;
  return createEndUser.apply(this, asked);
};

const createServer = http.createServer;
http.createServer = (answer) =>
  createServer((request, response) => {
    if (request.url !== "/token") return answer(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token: fiskil?.token || "" }));
  });

require("../../../examples/embedded_app/server");
