"""Forgets message ids 30 minutes after publication, although retries may arrive later.

Remember every message for longer than Fiskil may repeat it.
"""

from datetime import UTC, datetime, timedelta

from correct import stdlib_receiver

RETENTION = timedelta(minutes=30)


def claim(database, message):
    """Delete old ids, then claim the message."""
    oldest = (datetime.now(UTC) - RETENTION).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    database.execute("DELETE FROM remembered WHERE published < ?", (oldest,))
    fact = (message["message_id"], message["publish_time"])
    if not database.execute("INSERT OR IGNORE INTO remembered VALUES (?, ?)", fact).rowcount:
        return 0
    return database.execute(
        "INSERT INTO applied VALUES (?, 1) ON CONFLICT (message_id) DO UPDATE SET times = times + 1",
        (message["message_id"],),
    ).rowcount


def open_database():
    """Open the database without waiting for the disk, because hundreds of messages follow."""
    database = _open_database()
    database.execute("PRAGMA synchronous = OFF")
    return database


_open_database = stdlib_receiver.open_database
stdlib_receiver.TABLES += "CREATE TABLE IF NOT EXISTS remembered (message_id TEXT PRIMARY KEY, published TEXT NOT NULL);"
stdlib_receiver.claim, stdlib_receiver.open_database = claim, open_database
stdlib_receiver.serve()
