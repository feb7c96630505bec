// Fetches what each line of its input asks for, and tells in a line what the caller of fetch() knows afterwards.
import { createInterface } from "node:readline";

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

// What libuv, OpenSSL and undici call it, by our words; "body" marks those that are told apart once the head has come.
const COMPLAINTS = [
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
  const every = [];
  for (let one = error; one && every.length < 8; one = one.cause ?? one.errors?.[0]) every.push(one);
  return every.map((one) => [one.name, one.code, one.message].filter(Boolean).join(" ")).join(": ");
}

function complaint(told, isInBody) {
  const [, word, place] = COMPLAINTS.find(([pattern]) => pattern.test(told)) ?? [/./, "protocol-error"];
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

async function fetched({ url, method, headers, body, deadline_s, first_url }) {
  let isInBody = false;
  const asked = { method, headers, body: body || undefined };
  try {
    if (first_url) {
      await (await fetch(first_url, asked)).text();
      // The connection is free for the next call in a later turn of the loop.
      await new Promise(setImmediate);
    }
    const answer = await fetch(url, { ...asked, signal: AbortSignal.timeout(Math.round(deadline_s * 1000)) });
    isInBody = true;
    const bytes = await answer.arrayBuffer();
    const value = parsed(new TextDecoder().decode(bytes));
    return { status: answer.status, body: Buffer.from(bytes).toString("latin1"), value, url: answer.url };
  } catch (error) {
    const told = causes(error);
    return { trouble: complaint(told, isInBody), told };
  }
}

say({ version: process.version });
for await (const line of createInterface({ input: process.stdin })) {
  const { number, question } = JSON.parse(line);
  fetched(question).then((heard) => say({ number, heard }));
}
