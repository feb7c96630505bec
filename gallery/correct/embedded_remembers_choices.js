// Its page keeps harmless things in every place that a browser has, asks for JSON, and comes with a source map.
//
// None of it is a secret: a colour, a draft, an id of the app's own session, and the names of things.
"use strict";

const fs = require("node:fs");
const http = require("node:http");

const remembering = `
localStorage.setItem("theme", "dark");
sessionStorage.setItem("draft", JSON.stringify({ step: 2, token: "none of yours" }));
fetch("/hints").then((one) => one.json()).then(({ hints }) => {
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
  const found = read(file, ...rest);
  return String(file).endsWith("embed.js") ? Buffer.from(`${found}${remembering}`) : found;
};

const ANSWERS = {
  "/hints": { hints: ["You choose the accounts at your bank."] },
  "/embed.js.map": { version: 3, sources: ["embed.js"], sourcesContent: ["const clientSecret = process.env.FISKIL_CLIENT_SECRET;"], mappings: "" },
};
const createServer = http.createServer;
http.createServer = (answer) =>
  createServer((request, response) => {
    if (request.url.startsWith("/connect")) response.setHeader("set-cookie", "visit=4711; HttpOnly; SameSite=Lax");
    if (!ANSWERS[request.url]) return answer(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(ANSWERS[request.url]));
  });

require("../../examples/embedded_app/server");
