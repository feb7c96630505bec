// Has a help page, linked from the privacy notice, where choosing a bank calls Fiskil's API from the browser.
//
// Let the page call your own server, which calls Fiskil.
"use strict";

const http = require("node:http");
const pages = require("../../../examples/embedded_app/pages");

const api = process.env.FISKIL_BASE_URL;
const createServer = http.createServer;
const privacy = pages.privacy;
const HELP = `<!doctype html><html lang="en"><title>Help</title><main><h1>Help</h1>
<label>Your bank <select id="bank"><option value="">Choose</option><option value="1">Coral Bank</option><option value="2">Other</option></select></label>
<p id="state"></p></main><script src="/help.js"></script></html>`;
const SCRIPT = `document.getElementById("bank").addEventListener("change", () => fetch("${api}/v1/institutions").catch(() => {}));`;

pages.privacy = () => privacy().replace("</main>", '<p><a href="/help">Help</a></p></main>');

http.createServer = (listener) =>
  createServer((request, response) => {
    if (request.url === "/help") return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(HELP);
    if (request.url === "/help.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(SCRIPT);
    return listener(request, response);
  });

require("../../../examples/embedded_app/server");
