"""The app's data in SQLite: each access has its own connection and one transaction."""

import json
import sqlite3
import time
from contextlib import contextmanager

TABLES = """
    CREATE TABLE IF NOT EXISTS customers (ref TEXT PRIMARY KEY, end_user_id TEXT);
    CREATE TABLE IF NOT EXISTS attempts (
        number INTEGER PRIMARY KEY, session_id TEXT UNIQUE, end_user_id TEXT, status TEXT, expires_at INTEGER
    );
    CREATE TABLE IF NOT EXISTS inbox (
        message_id TEXT PRIMARY KEY, event TEXT, end_user_id TEXT, consent_id TEXT, published_us INTEGER,
        status TEXT DEFAULT 'pending', tries INTEGER DEFAULT 0, due REAL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS consents (
        consent_id TEXT PRIMARY KEY, end_user_id TEXT, status TEXT, published_us INTEGER, is_over INTEGER, is_synced INTEGER
    );
    CREATE TABLE IF NOT EXISTS rows (
        end_user_id TEXT, dataset TEXT, fiskil_id TEXT, consent_id TEXT, fields TEXT,
        PRIMARY KEY (end_user_id, dataset, fiskil_id)
    );
"""


class Store:
    """The database file."""

    def __init__(self, path):
        self._path = path
        with self.changing() as tx:
            tx.execute("PRAGMA journal_mode = WAL")
        with self.changing() as tx:
            for table in filter(str.strip, TABLES.split(";")):
                tx.execute(table)

    @contextmanager
    def changing(self):
        """Open a transaction; it is rolled back if an error leaves the block."""
        tx = sqlite3.connect(self._path, timeout=5, isolation_level=None)
        tx.row_factory = sqlite3.Row
        try:
            tx.execute("PRAGMA synchronous = FULL")
            if tx.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                yield tx
                return
            tx.execute("BEGIN IMMEDIATE")
            yield tx
            tx.execute("COMMIT")
        finally:
            tx.close()


def is_known(tx, end_user_id):
    """Return whether an end user is a customer of this app."""
    return tx.execute("SELECT 1 FROM customers WHERE end_user_id = ?", (end_user_id,)).fetchone() is not None


def active_ids(tx, end_user_id):
    """Return the ids of the consents that may be read now."""
    rows = tx.execute("SELECT consent_id FROM consents WHERE end_user_id = ? AND status = 'active'", (end_user_id,))
    return {row["consent_id"] for row in rows}


def apply_event(tx, message):
    """Apply an event. The newest publish_time wins; at the same instant a revocation wins."""
    stored = tx.execute("SELECT * FROM consents WHERE consent_id = ?", (message["consent_id"],)).fetchone()
    is_end = message["event"] == "consent.revoked"
    if not message["consent_id"] or (stored and stored["end_user_id"] != message["end_user_id"]):
        return
    if not is_end:
        complete_attempts(tx, message["end_user_id"])
    if stored and (stored["is_over"] or (message["published_us"], is_end) <= (stored["published_us"], False)):
        return
    tx.execute(
        "INSERT INTO consents VALUES (:consent_id, :end_user_id, :status, :published_us, 0, 0) ON CONFLICT (consent_id)"
        " DO UPDATE SET status = excluded.status, published_us = excluded.published_us",
        {**message, "status": "revoked" if is_end else "active"},
    )
    if is_end:
        forget(tx, message["consent_id"])


def apply_listing(tx, end_user_id, listed):
    """Apply a list of consents: add unknown ones, delete rows that are no longer covered, and end those that have ended."""
    for consent_id, readable in listed.items():
        tx.execute(
            "INSERT OR IGNORE INTO consents VALUES (?, ?, ?, 0, 0, 0)",
            (consent_id, end_user_id, "active" if readable else "revoked"),
        )
        stored = tx.execute("SELECT DISTINCT dataset FROM rows WHERE consent_id = ?", (consent_id,)).fetchall()
        for dataset in {row["dataset"] for row in stored} - set(readable):
            tx.execute("DELETE FROM rows WHERE consent_id = ? AND dataset = ?", (consent_id, dataset))
        if not readable:
            end(tx, end_user_id, consent_id)


def end(tx, end_user_id, consent_id):
    """End a consent permanently, and delete its rows."""
    tx.execute(
        "UPDATE consents SET status = 'revoked', is_over = 1 WHERE consent_id = ? AND end_user_id = ?",
        (consent_id, end_user_id),
    )
    forget(tx, consent_id)


def forget(tx, consent_id):
    """Delete the rows of a consent; data may be kept only as long as the consent lasts."""
    tx.execute("DELETE FROM rows WHERE consent_id = ?", (consent_id,))


def complete_attempts(tx, end_user_id):
    """Mark the open attempts as completed, because a consent has arrived."""
    tx.execute(
        "UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status IN ('pending', 'returned')",
        (end_user_id,),
    )


def replace(tx, end_user_id, dataset, rows):
    """Store exactly the rows of a reading that an active consent allows."""
    allowed = active_ids(tx, end_user_id)
    tx.execute("DELETE FROM rows WHERE end_user_id = ? AND dataset = ?", (end_user_id, dataset))
    values = [(end_user_id, dataset, key, row["consent_id"], json.dumps(row)) for key, row in rows.items()]
    tx.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", [value for value in values if value[3] in allowed])
    for consent_id in {value[3] for value in values} & allowed:
        tx.execute("UPDATE consents SET is_synced = 1 WHERE consent_id = ?", (consent_id,))


def connection(tx, end_user_id):
    """Return the connection status in one word: a consent decides, then the newest attempt."""
    consents = tx.execute("SELECT status, is_synced FROM consents WHERE end_user_id = ?", (end_user_id,)).fetchall()
    active = [consent for consent in consents if consent["status"] == "active"]
    if active:
        return "connected" if any(consent["is_synced"] for consent in active) else "syncing"
    newest = "SELECT status, expires_at FROM attempts WHERE end_user_id = ? ORDER BY number DESC LIMIT 1"
    attempt = tx.execute(newest, (end_user_id,)).fetchone()
    has_expired = attempt and attempt["status"] == "pending" and 0 < (attempt["expires_at"] or 0) < time.time()
    if attempt and attempt["status"] != "completed" and not has_expired:
        return "syncing" if attempt["status"] == "returned" else attempt["status"]
    return "revoked" if consents else "none"


def state_of(tx, end_user_id):
    """Return all data about one end user, for pages and for the harness."""
    rows = tx.execute("SELECT * FROM rows WHERE end_user_id = ? ORDER BY fiskil_id", (end_user_id,)).fetchall()
    state = {"connection": connection(tx, end_user_id), "accounts": [], "balances": [], "transactions": []}
    state["consents"] = [
        {"consent_id": consent["consent_id"], "status": consent["status"]}
        for consent in tx.execute("SELECT * FROM consents WHERE end_user_id = ? ORDER BY consent_id", (end_user_id,))
    ]
    for row in rows:
        state[row["dataset"]].append({"fiskil_id": row["fiskil_id"], **json.loads(row["fields"])})
    return state
