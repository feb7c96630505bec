"""Drops an event that has the same publish_time as another event of the same consent.

Identify a message by its ``message_id``: times are not unique.
"""

from correct import stdlib_receiver

stdlib_receiver.TABLES += (
    "CREATE TABLE IF NOT EXISTS moments (consent_id TEXT, published TEXT, UNIQUE (consent_id, published));"
)

_claim = stdlib_receiver.claim


def claim(database, message):
    """Claim a combination of consent and time once."""
    moment = (message["data"]["consent_id"], message["publish_time"])
    return database.execute("INSERT OR IGNORE INTO moments VALUES (?, ?)", moment).rowcount and _claim(database, message)


stdlib_receiver.claim = claim
stdlib_receiver.serve()
