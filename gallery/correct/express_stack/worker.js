// The worker process: takes ids from the queue, reads what each message announces, and stores it with its completion.
"use strict";

const data = require("./data");
const queue = require("./queue");
const log = require("../../../examples/embedded_app/log");
const { Fiskil } = require("../../../examples/embedded_app/fiskil");
const settings = require("../../../examples/embedded_app/settings").load(process.env);
const { Failure } = require("../../../examples/embedded_app/wire");

const AT_ONCE = 4;
const MOST_TRIES = 12;
const SYNC = /^banking\.(accounts|balances|transactions)(\.basic|\.recent)?\.sync\.completed$/;
const CONSENT = /^consent\.(received|updated|revoked)$/;
const fiskil = new Fiskil(settings);

async function main() {
  const client = await queue.connect();
  const { rows } = await data.pool.query("SELECT message_id FROM messages WHERE status = 'pending'");
  for (const row of rows) await queue.add(client, row.message_id);
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

// Work on one message after another; each of these loops has its own connection, because it blocks.
async function work() {
  const client = await queue.connect();
  for (;;) {
    try {
      const messageId = await queue.next(client);
      if (messageId) await attempt(client, messageId);
    } catch (error) {
      log.warn("worker_trouble", { reason: error.code || error.message });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function attempt(client, messageId) {
  const begin = "UPDATE messages SET tries = tries + 1 WHERE message_id = $1 AND status = 'pending' RETURNING *";
  const [message] = (await data.pool.query(begin, [messageId])).rows;
  if (!message) return;
  const details = { message_id: messageId, event: message.event, end_user_id: message.end_user_id, consent_id: message.consent_id };
  try {
    await data.turn(message.end_user_id, () => handle(message));
    log.info(CONSENT.test(message.event) ? "consent_changed" : "message_applied", details);
  } catch (error) {
    const isOver = message.tries >= MOST_TRIES || error.kind === "rejected";
    log.warn(isOver ? "message_failed" : "message_postponed", { ...details, reason: error.reason || error.code || error.message });
    if (isOver) await data.pool.query("UPDATE messages SET status = 'failed' WHERE message_id = $1", [messageId]);
    else await queue.postpone(client, messageId, Math.max(delayMs(message.tries), (error.retryAfterS || 0) * 1000));
  }
}

const delayMs = (tries) => Math.min(3000, 200 * 2 ** tries) * (0.5 + Math.random() / 2);

async function handle(message) {
  const isOurs = await data.isOurs(message.end_user_id);
  const { listed = [], dataset, rows } = isOurs ? await read(message, Date.now() + settings.messageMs) : {};
  await data.transaction(async (tx) => {
    const done = "UPDATE messages SET status = 'done' WHERE message_id = $1 AND status = 'pending'";
    if (!(await tx.query(done, [message.message_id])).rowCount || !isOurs) return;
    if (CONSENT.test(message.event)) await data.applyEvent(tx, message);
    await data.applyListing(tx, message.end_user_id, listed);
    if (rows) await data.replaceRows(tx, message.end_user_id, dataset, rows);
  });
}

// Read what a message announces.
async function read(message, deadline) {
  if (["consent.received", "consent.updated"].includes(message.event)) {
    return { listed: await fiskil.consents(message.end_user_id, deadline) };
  }
  const dataset = (SYNC.exec(message.event) || [])[1];
  if (!dataset) return {};
  const isActive = (listed) => listed.some((consent) => consent.isActive && consent.consentId === message.consent_id);
  const select = "SELECT 1 FROM consents WHERE consent_id = $1 AND status = 'active'";
  const isKnown = (await data.pool.query(select, [message.consent_id])).rowCount > 0;
  const listed = isKnown ? [] : await fiskil.consents(message.end_user_id, deadline);
  if (!isKnown && !isActive(listed)) return { listed };
  try {
    return { listed, dataset, rows: await fiskil.rows(dataset, message.end_user_id, deadline) };
  } catch (failure) {
    if (![403, 404].includes(failure.status)) throw failure;
  }
  const now = await fiskil.consents(message.end_user_id, deadline);
  if (isActive(now)) throw new Failure("unavailable", "data of an active consent is refused");
  return { listed: now };
}

main();
