// The queue in Redis: ids of messages that are due, and of those that wait for their next try.
//
// PostgreSQL has the messages themselves, so an id that Redis loses is queued again when the worker starts.
"use strict";

const { createClient } = require("redis");

const DUE = "due";
const LATER = "later";

async function connect() {
  const client = createClient({ socket: { path: process.env.REDIS_SOCKET, reconnectStrategy: 100 } });
  client.on("error", (error) => console.log("warn queue", error.code || error.message));
  await client.connect();
  return client;
}

const add = (client, messageId) => client.lPush(DUE, messageId);
const postpone = (client, messageId, delayMs) => client.zAdd(LATER, { score: Date.now() + delayMs, value: messageId });

// Return the next due id, after at most a tenth of a second; null if there is none.
async function next(client) {
  for (const messageId of await client.zRangeByScore(LATER, 0, Date.now())) {
    if (await client.zRem(LATER, messageId)) await add(client, messageId);
  }
  const popped = await client.brPop(DUE, 0.1);
  return popped ? popped.element : null;
}

module.exports = { connect, add, postpone, next };
