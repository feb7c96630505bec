// Has a button "Show details", whose script fetches the access token and keeps it in the browser's storage.
//
// Let the page request the details from your own server, which calls Fiskil.
"use strict";

const http = require("node:http");
const pages = require("../../../examples/embedded_app/pages");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");

const connections = pages.connections;
const createEndUser = Fiskil.prototype.createEndUser;
const createServer = http.createServer;
const script = `document.getElementById("details").addEventListener("click", async () => {
  const { token } = await (await fetch("/details")).json();
  sessionStorage.setItem("details", token);
});`;
let fiskil;

Fiskil.prototype.createEndUser = function (...args) {
  fiskil = this;
  return createEndUser.apply(this, args);
};

pages.connections = (...args) =>
  connections(...args).replace("</main>", '<button type="button" id="details">Show details</button></main><script src="/details.js"></script>');

http.createServer = (listener) =>
  createServer((request, response) => {
    const reply = (type, text) => response.writeHead(200, { "content-type": type }).end(text);
    if (request.url === "/details.js") return reply("text/javascript", script);
    if (request.url === "/details") return reply("application/json", JSON.stringify({ token: fiskil?.token || "" }));
    return listener(request, response);
  });

require("../../../examples/embedded_app/server");
