"""Identifies a message by consent, event and publish_time, so it drops one of two equal messages.

Identify a message by its ``message_id`` alone.
"""

from correct import stdlib_receiver

stdlib_receiver.TABLES += (
    "CREATE TABLE IF NOT EXISTS facts (consent_id TEXT, event TEXT, published TEXT, UNIQUE (consent_id, event, published));"
)

_claim = stdlib_receiver.claim


def claim(database, message):
    """Claim a combination of consent, event and time once."""
    fact = (message["data"]["consent_id"], message["data"]["event"], message["publish_time"])
    return database.execute("INSERT OR IGNORE INTO facts VALUES (?, ?, ?)", fact).rowcount and _claim(database, message)


stdlib_receiver.claim = claim
stdlib_receiver.serve()
