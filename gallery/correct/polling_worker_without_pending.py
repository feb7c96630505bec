"""Processes its inbox every two seconds, and does not report pending messages.

An observer of its effects must wait to distinguish a waiting message from a lost one.
"""

import json
import sqlite3
import threading
import time
from urllib.parse import parse_qs, urlsplit

from correct import stdlib_receiver

PAUSE_S = 2.0
INBOX = "CREATE TABLE IF NOT EXISTS inbox (message_id TEXT PRIMARY KEY, body TEXT NOT NULL, free_at REAL NOT NULL DEFAULT 0)"

_armed = []
_failed = []
_effects = stdlib_receiver.effects


class Tripped(Exception):
    """A requested failure."""


def trip(point):
    """Fail once per request if *point* is armed."""
    if point in _armed:
        _armed.remove(point)
        _failed.append(point)
        raise sqlite3.OperationalError("test") if point == "database" else Tripped(point)


def effects(database, end_user_id):
    """Return counts and state, but no pending messages."""
    report = _effects(database, end_user_id)
    return {"applied": report["applied"], "state": report["state"], "failed": len(_failed)}


def work_off(database):
    """Process all messages in the inbox; a failed one stays there."""
    for message_id, body in database.execute("SELECT message_id, body FROM inbox ORDER BY rowid").fetchall():
        finish(database, message_id, json.loads(body))


def finish(database, message_id, message):
    """Claim, apply and remove a message in one transaction."""
    try:
        trip("before")
        database.execute("BEGIN IMMEDIATE")
        if stdlib_receiver.claim(database, message):
            stdlib_receiver.apply(database, message)
        trip("midway")
        database.execute("DELETE FROM inbox WHERE message_id = ?", (message_id,))
        database.execute("COMMIT")
        trip("after")
    except (Tripped, sqlite3.Error):
        if database.in_transaction:
            database.execute("ROLLBACK")


def work(work_off, pause_s):
    """Process the inbox and pause, without end."""
    database = stdlib_receiver.open_database()
    while True:
        work_off(database)
        time.sleep(pause_s)


class Receiver(stdlib_receiver.Receiver):
    def do_POST(self):  # noqa: N802 - http.server's name
        url = urlsplit(self.path)
        if url.path != "/_harness/fail":
            return super().do_POST()
        _armed.append(parse_qs(url.query)["at"][0])
        return self.respond(204)

    def keep(self, message):
        database = stdlib_receiver.open_database()
        try:
            trip("database")
            database.execute(
                "INSERT OR IGNORE INTO inbox (message_id, body) SELECT ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM applied WHERE message_id = ?)",
                (message["message_id"], json.dumps(message), message["message_id"]),
            )
        except sqlite3.Error:
            return 503
        finally:
            database.close()
        return 202


def serve(work_off=work_off, pause_s=PAUSE_S):
    """Serve requests, and process the inbox in a thread."""
    stdlib_receiver.prepare()
    database = stdlib_receiver.open_database()
    database.execute(INBOX)
    database.close()
    stdlib_receiver.Receiver, stdlib_receiver.effects = Receiver, effects
    threading.Thread(target=work, args=(work_off, pause_s), daemon=True).start()
    stdlib_receiver.serve()


if __name__ == "__main__":
    serve()
