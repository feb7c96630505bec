// One exchange with Fiskil: send a request, return decoded JSON, within a total time.
//
// Anything but a complete, valid response with a 2xx status is a Failure. A Failure never contains a value of the
// response.
"use strict";

const http = require("node:http");
const https = require("node:https");

const LARGEST_ANSWER = 32 * 1024 * 1024;
const LONGEST_RETRY_AFTER_S = 60;
const RETRYABLE = new Set([429, 500, 502, 503, 504]);
const UNSENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

class Failure extends Error {
  // kind: unavailable | refused | rejected | untrusted | timeout
  constructor(kind, reason, { status = 0, errorId = "", retryAfterS = null, wasSent = true } = {}) {
    super(reason);
    Object.assign(this, { kind, reason, status, errorId, retryAfterS, wasSent });
  }

  get mayPass() {
    return this.kind === "unavailable" || this.kind === "timeout";
  }
}

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: 20, timeout: 2000 }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: 20, timeout: 2000 }),
};

// Send a request once. Creations use new connections, because a stale connection would leave their outcome unknown.
function exchange({ method, url, headers, body, isRepeatable, timeoutMs }) {
  const target = new URL(url);
  const library = target.protocol === "https:" ? https : http;
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    let wasConnected = false;
    const request = library.request(target, {
      method,
      agent: isRepeatable ? agents[target.protocol] : new library.Agent({ keepAlive: false }),
      headers: {
        accept: "application/json",
        "x-fiskil-version": "v3",
        ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
        ...headers,
      },
    });
    const end = (settle, value) => {
      clearTimeout(timer);
      settle(value);
      if (settle === reject) request.destroy();
    };
    const late = () => end(reject, new Failure("timeout", "no complete response in time", { wasSent: wasConnected }));
    const timer = setTimeout(late, timeoutMs);
    request.on("socket", (socket) => {
      if (!socket.connecting) wasConnected = true;
      socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => (wasConnected = true));
    });
    request.on("error", (error) => end(reject, networkFailure(error, wasConnected)));
    request.on("response", (response) => {
      const chunks = [];
      let size = 0;
      response.on("data", (chunk) => {
        size += chunk.length;
        if (size > LARGEST_ANSWER) return end(reject, new Failure("rejected", "a response too large to read"));
        chunks.push(chunk);
      });
      response.on("error", (error) => end(reject, networkFailure(error, true)));
      response.on("aborted", () => end(reject, new Failure("unavailable", "network: the response broke off")));
      response.on("end", () => {
        if (!response.complete) return end(reject, new Failure("unavailable", "network: the response broke off"));
        try {
          end(resolve, readResponse(response, Buffer.concat(chunks)));
        } catch (failure) {
          end(reject, failure);
        }
      });
    });
    request.end(text);
  });
}

function readResponse(response, body) {
  const status = response.statusCode;
  if (status >= 200 && status < 300) return decoded(body);
  const { id, name } = problem(body);
  const reason = `${status} ${name}`.trim();
  const details = { status, errorId: id };
  if (status === 401) throw new Failure("refused", reason, details);
  if (RETRYABLE.has(status)) {
    throw new Failure("unavailable", reason, { ...details, retryAfterS: retryAfterS(response.headers["retry-after"]) });
  }
  throw new Failure("rejected", reason, details);
}

function decoded(body) {
  const text = new TextDecoder("utf-8").decode(body);
  if (text.includes("\ufffd")) throw new Failure("unavailable", "a response that is not UTF-8");
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure("unavailable", "a response that is not JSON");
  }
}

function problem(body) {
  try {
    const payload = JSON.parse(body.toString("utf8"));
    return { id: typeof payload.id === "string" ? payload.id : "", name: typeof payload.name === "string" ? payload.name : "" };
  } catch {
    return { id: "", name: "" };
  }
}

function networkFailure(error, wasConnected) {
  const code = String(error.code || error.name);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS_CERT/.test(code)) {
    return new Failure("untrusted", "network: the certificate cannot be trusted", { wasSent: false });
  }
  return new Failure("unavailable", `network: ${code}`, { wasSent: wasConnected && !UNSENT.has(code) });
}

// Return the seconds in a Retry-After header, in either form; null if it is missing or invalid.
function retryAfterS(header) {
  const text = (header || "").trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text), LONGEST_RETRY_AFTER_S);
  const until = Date.parse(text);
  if (Number.isNaN(until) || !text) return null;
  return Math.min(Math.max(0, (until - Date.now()) / 1000), LONGEST_RETRY_AFTER_S);
}

module.exports = { exchange, Failure };
