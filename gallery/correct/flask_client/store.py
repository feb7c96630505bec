"""What the app knows, in SQLite: whoever reads or changes something has a connection of its own, and one transaction."""

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
        end_user_id TEXT, dataset TEXT, fiskil_id TEXT, consent_id TEXT, told TEXT,
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
        """A transaction: all of it, or nothing where an error leaves the block."""
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
    """Whether an end user is one of ours."""
    return tx.execute("SELECT 1 FROM customers WHERE end_user_id = ?", (end_user_id,)).fetchone() is not None


def active_ids(tx, end_user_id):
    """The consents that may be read now."""
    found = tx.execute("SELECT consent_id FROM consents WHERE end_user_id = ? AND status = 'active'", (end_user_id,))
    return {one["consent_id"] for one in found}


def hear(tx, message):
    """Let the newest word about a consent win; its end wins against a word of the same instant."""
    known = tx.execute("SELECT * FROM consents WHERE consent_id = ?", (message["consent_id"],)).fetchone()
    is_end = message["event"] == "consent.revoked"
    if not message["consent_id"] or (known and known["end_user_id"] != message["end_user_id"]):
        return
    if not is_end:
        complete_attempts(tx, message["end_user_id"])
    if known and (known["is_over"] or (message["published_us"], is_end) <= (known["published_us"], False)):
        return
    tx.execute(
        "INSERT INTO consents VALUES (:consent_id, :end_user_id, :status, :published_us, 0, 0) ON CONFLICT (consent_id)"
        " DO UPDATE SET status = excluded.status, published_us = excluded.published_us",
        {**message, "status": "revoked" if is_end else "active"},
    )
    if is_end:
        forget(tx, message["consent_id"])


def learn(tx, end_user_id, listed):
    """Take over consents that nobody told us of, what they cover no longer, and their end; none comes back by a list."""
    for consent_id, readable in listed.items():
        tx.execute(
            "INSERT OR IGNORE INTO consents VALUES (?, ?, ?, 0, 0, 0)",
            (consent_id, end_user_id, "active" if readable else "revoked"),
        )
        held = tx.execute("SELECT DISTINCT dataset FROM rows WHERE consent_id = ?", (consent_id,)).fetchall()
        for dataset in {one["dataset"] for one in held} - set(readable):
            tx.execute("DELETE FROM rows WHERE consent_id = ? AND dataset = ?", (consent_id, dataset))
        if not readable:
            end(tx, end_user_id, consent_id)


def end(tx, end_user_id, consent_id):
    """A consent is over for good, and so is what it let us read."""
    tx.execute(
        "UPDATE consents SET status = 'revoked', is_over = 1 WHERE consent_id = ? AND end_user_id = ?",
        (consent_id, end_user_id),
    )
    forget(tx, consent_id)


def forget(tx, consent_id):
    """Data is kept as long as the consent lasts."""
    tx.execute("DELETE FROM rows WHERE consent_id = ?", (consent_id,))


def complete_attempts(tx, end_user_id):
    """A consent has come of it: nobody waits for the open attempts any more."""
    tx.execute(
        "UPDATE attempts SET status = 'completed' WHERE end_user_id = ? AND status IN ('pending', 'returned')",
        (end_user_id,),
    )


def replace(tx, end_user_id, dataset, found):
    """Hold exactly what was read, as far as a consent allows it."""
    allowed = active_ids(tx, end_user_id)
    tx.execute("DELETE FROM rows WHERE end_user_id = ? AND dataset = ?", (end_user_id, dataset))
    kept = [(end_user_id, dataset, key, one["consent_id"], json.dumps(one)) for key, one in found.items()]
    tx.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", [one for one in kept if one[3] in allowed])
    for consent_id in {one[3] for one in kept} & allowed:
        tx.execute("UPDATE consents SET is_synced = 1 WHERE consent_id = ?", (consent_id,))


def connection(tx, end_user_id):
    """One word for a page: a consent decides, then the newest attempt."""
    consents = tx.execute("SELECT status, is_synced FROM consents WHERE end_user_id = ?", (end_user_id,)).fetchall()
    active = [one for one in consents if one["status"] == "active"]
    if active:
        return "connected" if any(one["is_synced"] for one in active) else "syncing"
    newest = "SELECT status, expires_at FROM attempts WHERE end_user_id = ? ORDER BY number DESC LIMIT 1"
    attempt = tx.execute(newest, (end_user_id,)).fetchone()
    has_expired = attempt and attempt["status"] == "pending" and 0 < (attempt["expires_at"] or 0) < time.time()
    if attempt and attempt["status"] != "completed" and not has_expired:
        return "syncing" if attempt["status"] == "returned" else attempt["status"]
    return "revoked" if consents else "none"


def shown(tx, end_user_id):
    """Everything about one end user, as pages and the harness see it."""
    found = tx.execute("SELECT * FROM rows WHERE end_user_id = ? ORDER BY fiskil_id", (end_user_id,)).fetchall()
    state = {"connection": connection(tx, end_user_id), "accounts": [], "balances": [], "transactions": []}
    state["consents"] = [
        {"consent_id": one["consent_id"], "status": one["status"]}
        for one in tx.execute("SELECT * FROM consents WHERE end_user_id = ? ORDER BY consent_id", (end_user_id,))
    ]
    for one in found:
        state[one["dataset"]].append({"fiskil_id": one["fiskil_id"], **json.loads(one["told"])})
    return state
