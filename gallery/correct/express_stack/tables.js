// Creates the tables.
"use strict";

const { pool } = require("./data");

const TABLES = `
  CREATE TABLE IF NOT EXISTS customers (ref text PRIMARY KEY, end_user_id text UNIQUE, is_being_created boolean NOT NULL DEFAULT false);
  CREATE TABLE IF NOT EXISTS attempts (
    id bigserial PRIMARY KEY, session_id text UNIQUE NOT NULL, ref text NOT NULL, end_user_id text NOT NULL,
    status text NOT NULL DEFAULT 'pending', expires_at timestamptz
  );
  CREATE TABLE IF NOT EXISTS messages (
    message_id text PRIMARY KEY, event text NOT NULL, end_user_id text NOT NULL, consent_id text NOT NULL,
    published_us bigint NOT NULL, status text NOT NULL DEFAULT 'pending', tries int NOT NULL DEFAULT 0
  );
  CREATE INDEX IF NOT EXISTS messages_of_end_user ON messages (end_user_id);
  CREATE TABLE IF NOT EXISTS consents (
    consent_id text PRIMARY KEY, end_user_id text NOT NULL, status text NOT NULL, bank text NOT NULL DEFAULT '',
    datasets text[] NOT NULL DEFAULT '{}', expires_at text NOT NULL DEFAULT '', published_us bigint NOT NULL DEFAULT 0,
    is_final boolean NOT NULL DEFAULT false, is_synced boolean NOT NULL DEFAULT false
  );
  CREATE TABLE IF NOT EXISTS rows (
    end_user_id text NOT NULL, dataset text NOT NULL, fiskil_id text NOT NULL, consent_id text NOT NULL, columns jsonb NOT NULL,
    PRIMARY KEY (end_user_id, dataset, fiskil_id)
  );
`;

pool.query(TABLES).then(() => pool.end());
