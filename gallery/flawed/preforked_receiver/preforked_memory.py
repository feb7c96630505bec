"""Two processes share one port, and each remembers by itself which messages it has seen.

The memory must be one that all processes share: the unique key of a database.
"""

from correct import preforked_receiver, stdlib_receiver

_seen = set()


def claim(database, message):
    """News to this process, so it must be news."""
    if message["message_id"] in _seen:
        return 0
    _seen.add(message["message_id"])
    return database.execute(
        "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1",
        (message["message_id"],),
    ).rowcount


stdlib_receiver.claim = claim
preforked_receiver.serve()
