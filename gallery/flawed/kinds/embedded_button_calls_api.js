// Has a button "Which banks are supported?", whose script calls Fiskil's API from the browser.
//
// Let the page call your own server, which calls Fiskil.
"use strict";

const http = require("node:http");
const pages = require("../../../examples/embedded_app/pages");

const api = process.env.FISKIL_BASE_URL;
const connect = pages.connect;
const createServer = http.createServer;
const script = `document.getElementById("banks").addEventListener("click", () => fetch("${api}/v1/institutions").catch(() => {}));`;

pages.connect = (...args) =>
  connect(...args).replace("</main>", '<button type="button" id="banks">Which banks are supported?</button></main><script src="/banks.js"></script>');

http.createServer = (listener) =>
  createServer((request, response) => {
    const setHead = response.writeHead;
    response.writeHead = (status, headers) => {
      const policy = headers?.["content-security-policy"];
      return setHead.call(response, status, policy ? { ...headers, "content-security-policy": `connect-src 'self' ${api}; ${policy}` } : headers);
    };
    if (request.url !== "/banks.js") return listener(request, response);
    response.writeHead(200, { "content-type": "text/javascript" }).end(script);
  });

require("../../../examples/embedded_app/server");
