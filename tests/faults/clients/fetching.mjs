// Reads requests as lines of JSON, performs each with fetch(), and writes what its caller knows afterwards as a line.
import { createInterface } from "node:readline";

const write = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// Error texts of libuv, OpenSSL and undici, and their categories; "body" marks those that differ after the head.
const ERRORS = [
  [/TimeoutError/, "deadline"],
  [/ECONNREFUSED/, "refused"],
  [/ENOTFOUND|EAI_AGAIN/, "no-address"],
  [/redirect count exceeded/, "too-many-redirects"],
  [/CONNECT_TIMEOUT/, "connect-timeout"],
  [/HEADERS_TIMEOUT|BODY_TIMEOUT/, "read-timeout", "body"],
  [/\bCERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS_CERT/, "tls-rejected"],
  [/ERR_SSL|EPROTO|TLS connection was established/, "tls-error"],
  [/Z_[A-Z]+_ERROR|ERR__ERROR_FORMAT/, "decode-error"],
  [/ECONNRESET|EPIPE/, "reset", "body"],
  [/other side closed/, "closed", "body"],
];

function causes(error) {
  const chain = [];
  for (let link = error; link && chain.length < 8; link = link.cause ?? link.errors?.[0]) chain.push(link);
  return chain.map((link) => [link.name, link.code, link.message].filter(Boolean).join(" ")).join(": ");
}

function errorWord(message, isInBody) {
  const [, word, place] = ERRORS.find(([pattern]) => pattern.test(message)) ?? [/./, "protocol-error"];
  if (!isInBody || !place) return word;
  return word === "closed" ? "truncated" : `${word}-in-body`;
}

function parsed(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}

async function perform({ url, method, headers, body, deadline_s, first_url }) {
  let isInBody = false;
  const options = { method, headers, body: body || undefined };
  try {
    if (first_url) {
      await (await fetch(first_url, options)).text();
      // The connection is free for the next call only in a later turn of the loop.
      await new Promise(setImmediate);
    }
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(Math.round(deadline_s * 1000)) });
    isInBody = true;
    const bytes = await response.arrayBuffer();
    const value = parsed(new TextDecoder().decode(bytes));
    return { status: response.status, body: Buffer.from(bytes).toString("latin1"), value, url: response.url };
  } catch (error) {
    const message = causes(error);
    return { error: errorWord(message, isInBody), message };
  }
}

write({ version: process.version });
for await (const line of createInterface({ input: process.stdin })) {
  const { number, request } = JSON.parse(line);
  perform(request).then((result) => write({ number, result }));
}
