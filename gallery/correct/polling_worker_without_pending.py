"""Takes messages into an inbox on the disk, looks into it every two seconds, and tells nobody what is pending.

Whoever only looks at its effects cannot tell a message that waits from one that is forgotten, unless by waiting.
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
    """The failure that was ordered."""


def trip(point):
    """Fail here once for each order."""
    if point in _armed:
        _armed.remove(point)
        _failed.append(point)
        raise sqlite3.OperationalError("rehearsal") if point == "database" else Tripped(point)


def effects(database, end_user_id):
    """Counts and state, and nothing about what waits."""
    told = _effects(database, end_user_id)
    return {"applied": told["applied"], "state": told["state"], "failed": len(_failed)}


def work_off(database):
    """Do everything that waits; what fails waits for the next look."""
    for message_id, body in database.execute("SELECT message_id, body FROM inbox ORDER BY rowid").fetchall():
        finish(database, message_id, json.loads(body))


def finish(database, message_id, message):
    """Claim, effect and removal from the inbox are one transaction."""
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
    """For ever: a look into the inbox, and a pause."""
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
        return self.answer(204)

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
    """Answer, and work beside it."""
    stdlib_receiver.prepare()
    database = stdlib_receiver.open_database()
    database.execute(INBOX)
    database.close()
    stdlib_receiver.Receiver, stdlib_receiver.effects = Receiver, effects
    threading.Thread(target=work, args=(work_off, pause_s), daemon=True).start()
    stdlib_receiver.serve()


if __name__ == "__main__":
    serve()
