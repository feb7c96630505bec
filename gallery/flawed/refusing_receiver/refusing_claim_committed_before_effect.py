"""Commits the claim on a message before its effect, so the retry after a failure is ignored.

Commit claim and effect in one transaction, so that a failure undoes both.
"""

import time

from correct import refusing_receiver, stdlib_receiver

PAUSE_S = 0.2


def work(database, message):
    """Commit the claim, then do the work."""
    if not database.execute("INSERT OR IGNORE INTO claimed VALUES (?)", (message["message_id"],)).rowcount:
        return
    time.sleep(PAUSE_S)
    _work(database, message)


_work = refusing_receiver.work
stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS claimed (message_id TEXT PRIMARY KEY);"
refusing_receiver.work = work
refusing_receiver.serve()
