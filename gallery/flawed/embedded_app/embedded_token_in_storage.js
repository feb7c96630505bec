// Gives its page the access token, which the page stores in localStorage.
//
// Keep the token in the server's memory: a page needs none.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const read = fs.readFileSync;
const script = 'fetch("/token").then((response) => response.json()).then(({ token }) => localStorage.setItem("session", JSON.stringify({ token })));';
fs.readFileSync = (file, ...rest) => {
  const content = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${content}\n${script}\n`) : content;
};

let fiskil;
const createEndUser = Fiskil.prototype.createEndUser;
Fiskil.prototype.createEndUser = function (...args) {
  fiskil = this;
  return createEndUser.apply(this, args);
};

const createServer = http.createServer;
http.createServer = (listener) =>
  createServer((request, response) => {
    if (request.url !== "/token") return listener(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token: fiskil?.token || "" }));
  });

require("../../../examples/embedded_app/server");
