// Stores harmless values in every kind of browser storage, and publishes a source map without secrets.
//
// The values are a colour, a draft and the app's own session id.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const script = `
localStorage.setItem("theme", "dark");
sessionStorage.setItem("draft", JSON.stringify({ step: 2, token: "none of yours" }));
fetch("/hints").then((response) => response.json()).then(({ hints }) => {
  document.getElementById("connect").title = hints[0];
  const opening = indexedDB.open("choices", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("seen").put(new Map([["hint", hints.length]]), "hints");
});
caches.open("pages").then((cache) => cache.put("/hints", new Response("kept for later")));
history.replaceState({ opened: true }, "", location.href + "#top");
//# sourceMappingURL=/embed.js.map
`;
const read = fs.readFileSync;
fs.readFileSync = (file, ...rest) => {
  const content = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${content}${script}`) : content;
};

const RESPONSES = {
  "/hints": { hints: ["You choose the accounts at your bank."] },
  "/embed.js.map": { version: 3, sources: ["embed.js"], sourcesContent: ["const clientSecret = process.env.FISKIL_CLIENT_SECRET;"], mappings: "" },
};
const createServer = http.createServer;
http.createServer = (listener) =>
  createServer((request, response) => {
    if (request.url.startsWith("/connect")) response.setHeader("set-cookie", "visit=4711; HttpOnly; SameSite=Lax");
    if (!RESPONSES[request.url]) return listener(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(RESPONSES[request.url]));
  });

require("../../examples/embedded_app/server");
