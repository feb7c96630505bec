// Gives its page the access token, so that the page can call Fiskil's API.
//
// Let the page call your own server, which calls Fiskil.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const api = process.env.FISKIL_BASE_URL;
const script = `fetch("/token").then((response) => response.json()).then(({ token }) =>
  token && fetch("${api}/v1/institutions", { headers: { authorization: "Bearer " + token } })).catch(() => {});`;
const read = fs.readFileSync;
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
    const setHead = response.writeHead;
    response.writeHead = (status, headers) => {
      const policy = headers?.["content-security-policy"];
      return setHead.call(response, status, policy ? { ...headers, "content-security-policy": `connect-src 'self' ${api}; ${policy}` } : headers);
    };
    if (request.url !== "/token") return listener(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token: fiskil?.token || "" }));
  });

require("../../../examples/embedded_app/server");
