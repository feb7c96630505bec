"""Commits the effect, and the claim on the message a moment later: who dies or fails in between does it all again.

Claim and effect belong into one transaction.
"""

import time

from correct import refusing_receiver, stdlib_receiver

BETWEEN_S = 0.2


def work(database, message):
    """Two transactions where there must be one."""
    refusing_receiver.trip("before")
    refusing_receiver.trip("database")
    if database.execute("SELECT 1 FROM done WHERE message_id = ?", (message["message_id"],)).fetchone():
        return
    database.execute(
        "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1",
        (message["message_id"],),
    )
    stdlib_receiver.apply(database, message)
    refusing_receiver.trip("midway")
    time.sleep(BETWEEN_S)
    database.execute("INSERT OR IGNORE INTO done VALUES (?)", (message["message_id"],))
    refusing_receiver.trip("after")


stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS done (message_id TEXT PRIMARY KEY);"
refusing_receiver.work = work
refusing_receiver.serve()
