// Lets its page ask Fiskil's API by itself, and hands it the access token for that.
//
// Let the page ask your own server, which asks Fiskil.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const api = process.env.FISKIL_BASE_URL;
const asking = `fetch("/token").then((one) => one.json()).then(({ token }) =>
  token && fetch("${api}/v1/institutions", { headers: { authorization: "Bearer " + token } })).catch(() => {});`;
const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const found = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${found}\n${asking}\n`) : found;
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
    const setHead = response.writeHead;
    response.writeHead = (status, headers) => {
      const policy = headers?.["content-security-policy"];
      return setHead.call(response, status, policy ? { ...headers, "content-security-policy": `connect-src 'self' ${api}; ${policy}` } : headers);
    };
    if (request.url !== "/token") return answer(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token: fiskil?.token || "" }));
  });

require("../../../examples/embedded_app/server");
