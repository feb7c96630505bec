"""Commits the effect of a message before the claim, so the retry after a failure repeats the effect.

Commit claim and effect in one transaction.
"""

import time

from correct import refusing_receiver, stdlib_receiver

PAUSE_S = 0.2


def work(database, message):
    """Commit the effect, then the claim."""
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
    time.sleep(PAUSE_S)
    database.execute("INSERT OR IGNORE INTO done VALUES (?)", (message["message_id"],))
    refusing_receiver.trip("after")


stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS done (message_id TEXT PRIMARY KEY);"
refusing_receiver.work = work
refusing_receiver.serve()
