"""Commits the claim on a message before its work: when that fails or dies, the retry is taken for a duplicate and lost.

The claim must be undone together with the work: one transaction.
"""

import time

from correct import refusing_receiver, stdlib_receiver

BETWEEN_S = 0.2


def work(database, message):
    """Claimed once and for all, whatever comes of it."""
    if not database.execute("INSERT OR IGNORE INTO claimed VALUES (?)", (message["message_id"],)).rowcount:
        return
    time.sleep(BETWEEN_S)
    _work(database, message)


_work = refusing_receiver.work
stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS claimed (message_id TEXT PRIMARY KEY);"
refusing_receiver.work = work
refusing_receiver.serve()
