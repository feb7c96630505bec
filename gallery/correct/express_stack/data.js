// The data in PostgreSQL: transactions, turns, and what customers share.
"use strict";

const { Pool } = require("pg");
const { covers } = require("../../../examples/embedded_app/datasets");
const { Failure } = require("../../../examples/embedded_app/wire");

const pool = new Pool({ host: process.env.PGHOST, user: "app", database: "postgres", max: 12 });
pool.on("error", (error) => console.log("warn database", error.code));

// Turns have connections of their own: work inside a turn needs another one, and must not wait for those of waiting turns.
const turns = new Pool({ host: process.env.PGHOST, user: "app", database: "postgres", max: 12 });
turns.on("error", (error) => console.log("warn database", error.code));

// Run *work* with a client in one transaction.
async function transaction(work) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

// Let one process at a time read and change the data of *key*.
async function turn(key, work) {
  const client = await turns.connect();
  try {
    await client.query("SET lock_timeout = '5s'");
    await client.query("SELECT pg_advisory_lock(hashtext($1))", [key]).catch(() => {
      throw new Failure("unavailable", "another process works for this customer");
    });
    try {
      return await work();
    } finally {
      await client.query("SELECT pg_advisory_unlock(hashtext($1))", [key]);
    }
  } finally {
    client.release();
  }
}

async function isOurs(endUserId) {
  return (await pool.query("SELECT 1 FROM customers WHERE end_user_id = $1", [endUserId])).rowCount > 0;
}

// Apply a consent event: the newest publish_time wins, and at the same instant the end wins.
async function applyEvent(tx, message) {
  const isEnd = message.event === "consent.revoked";
  const found = await tx.query("SELECT * FROM consents WHERE consent_id = $1 FOR UPDATE", [message.consent_id]);
  const stored = found.rows[0];
  if (!message.consent_id || (stored && stored.end_user_id !== message.end_user_id)) return;
  if (!isEnd) await completeAttempts(tx, message.end_user_id);
  const [now, before] = [BigInt(message.published_us), BigInt(stored ? stored.published_us : -1)];
  if (stored && (stored.is_final || now < before || (now === before && !isEnd))) return;
  await tx.query(
    `INSERT INTO consents (consent_id, end_user_id, status, published_us) VALUES ($1, $2, $3, $4)
     ON CONFLICT (consent_id) DO UPDATE SET status = excluded.status, published_us = excluded.published_us`,
    [message.consent_id, message.end_user_id, isEnd ? "revoked" : "active", message.published_us],
  );
  if (isEnd) await forget(tx, message.consent_id);
}

// Apply the API's list of consents.
async function applyListing(tx, endUserId, listed) {
  for (const consent of listed) {
    const { rows } = await tx.query(
      `INSERT INTO consents (consent_id, end_user_id, status, bank, datasets, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (consent_id) DO UPDATE SET bank = excluded.bank, datasets = excluded.datasets, expires_at = excluded.expires_at
       RETURNING end_user_id`,
      [consent.consentId, endUserId, consent.isActive ? "active" : "revoked", consent.institution, consent.datasets, consent.expiresAt],
    );
    if (rows[0].end_user_id !== endUserId) continue;
    if (!consent.isActive) await end(tx, consent.consentId);
    for (const dataset of ["accounts", "balances", "transactions"]) {
      if (covers(consent.datasets, dataset)) continue;
      await tx.query("DELETE FROM rows WHERE consent_id = $1 AND dataset = $2", [consent.consentId, dataset]);
    }
  }
}

async function end(tx, consentId) {
  await tx.query("UPDATE consents SET status = 'revoked', is_final = true WHERE consent_id = $1", [consentId]);
  await forget(tx, consentId);
}

async function forget(tx, consentId) {
  await tx.query("DELETE FROM rows WHERE consent_id = $1", [consentId]);
  await tx.query("UPDATE consents SET is_synced = false WHERE consent_id = $1", [consentId]);
}

async function completeAttempts(tx, endUserId) {
  await tx.query("UPDATE attempts SET status = 'completed' WHERE end_user_id = $1 AND status IN ('pending', 'returned')", [endUserId]);
}

// Store a complete reading of a dataset, as far as the active consents allow it.
async function replaceRows(tx, endUserId, dataset, rows) {
  const active = await tx.query("SELECT consent_id FROM consents WHERE end_user_id = $1 AND status = 'active'", [endUserId]);
  const ids = new Set(active.rows.map((consent) => consent.consent_id));
  const allowed = rows.filter((row) => ids.has(row.consent_id));
  await tx.query("DELETE FROM rows WHERE end_user_id = $1 AND dataset = $2 AND NOT fiskil_id = ANY($3)", [
    endUserId, dataset, allowed.map((row) => row.fiskil_id),
  ]);
  await tx.query(
    `INSERT INTO rows SELECT $1, $2, row->>'fiskil_id', row->>'consent_id', row FROM jsonb_array_elements($3::jsonb) AS row
     ON CONFLICT (end_user_id, dataset, fiskil_id) DO UPDATE SET consent_id = excluded.consent_id, columns = excluded.columns`,
    [endUserId, dataset, JSON.stringify(allowed).replaceAll("\\u0000", "")],
  );
  await tx.query("UPDATE consents SET is_synced = true WHERE consent_id = ANY($1)", [allowed.map((row) => row.consent_id)]);
}

async function connectionOf(endUserId) {
  const { rows: consents } = await pool.query("SELECT status, is_synced FROM consents WHERE end_user_id = $1", [endUserId]);
  const active = consents.filter((consent) => consent.status === "active");
  if (active.length) return active.some((consent) => consent.is_synced) ? "connected" : "syncing";
  const newest = "SELECT status, expires_at < now() AS is_over FROM attempts WHERE end_user_id = $1 ORDER BY id DESC LIMIT 1";
  const [attempt] = (await pool.query(newest, [endUserId])).rows;
  if (attempt && attempt.status !== "completed" && !(attempt.status === "pending" && attempt.is_over)) {
    return attempt.status === "returned" ? "syncing" : attempt.status;
  }
  return consents.length ? "revoked" : "none";
}

async function stateOf(endUserId) {
  const state = { connection: await connectionOf(endUserId), accounts: [], balances: [], transactions: [] };
  const rows = await pool.query("SELECT dataset, columns FROM rows WHERE end_user_id = $1 ORDER BY fiskil_id", [endUserId]);
  for (const row of rows.rows) state[row.dataset].push(row.columns);
  const consents = "SELECT consent_id, status, bank, datasets, expires_at FROM consents WHERE end_user_id = $1 ORDER BY consent_id";
  state.consents = (await pool.query(consents, [endUserId])).rows;
  return state;
}

module.exports = {
  pool, transaction, turn, isOurs, applyEvent, applyListing, end, completeAttempts, replaceRows, connectionOf, stateOf,
};
