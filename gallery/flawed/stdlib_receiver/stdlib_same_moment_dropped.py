"""Takes an event of the same millisecond as another about the same consent for a repetition, and drops it.

Moments are not unique; message_id is.
"""

from correct import stdlib_receiver

stdlib_receiver.TABLES += (
    "CREATE TABLE IF NOT EXISTS moments (consent_id TEXT, published TEXT, UNIQUE (consent_id, published));"
)

_claim = stdlib_receiver.claim


def claim(database, message):
    """Once per moment."""
    moment = (message["data"]["consent_id"], message["publish_time"])
    return database.execute("INSERT OR IGNORE INTO moments VALUES (?, ?)", moment).rowcount and _claim(database, message)


stdlib_receiver.claim = claim
stdlib_receiver.serve()
