"""Remembers applied messages separately in each of its two processes.

Let all processes share one record: the unique key of a database.
"""

from correct import preforked_receiver, stdlib_receiver

_seen = set()


def claim(database, message):
    """Claim a message unless this process has applied it."""
    if message["message_id"] in _seen:
        return 0
    _seen.add(message["message_id"])
    return database.execute(
        "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1",
        (message["message_id"],),
    ).rowcount


stdlib_receiver.claim = claim
preforked_receiver.serve()
