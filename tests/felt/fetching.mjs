// Fetches what each line of its input asks for, and tells in a line what the caller of fetch() would know.
import { createInterface } from "node:readline";

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

function causes(error) {
  const every = [];
  for (let one = error; one && every.length < 8; one = one.cause ?? one.errors?.[0]) every.push(one);
  return every;
}

function parsed(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}

async function fetched({ number, url, method, headers, body, deadlineMs, isWarm }) {
  let isInBody = false;
  try {
    if (isWarm) await (await fetch(url, { method, headers, body })).text();
    const answer = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(deadlineMs) });
    isInBody = true;
    const text = await answer.text();
    const value = parsed(text);
    say({ number, trouble: "", status: answer.status, body: text, value, url: answer.url });
  } catch (error) {
    const every = causes(error);
    const code = every.map((one) => one.code).filter((one) => typeof one === "string").at(-1) ?? "";
    say({ number, trouble: error.name, words: every.map((one) => one.message).join(": "), code, isInBody });
  }
}

say({ version: process.version });
for await (const line of createInterface({ input: process.stdin })) {
  fetched(JSON.parse(line));
}
process.exit(0);
