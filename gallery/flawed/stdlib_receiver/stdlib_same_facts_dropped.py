"""Knows a message by what it says and when it was published, not by its id: of two that say the same, one is dropped."""

from correct import stdlib_receiver

stdlib_receiver.TABLES += (
    "CREATE TABLE IF NOT EXISTS facts (consent_id TEXT, event TEXT, published TEXT, UNIQUE (consent_id, event, published));"
)

_claim = stdlib_receiver.claim


def claim(database, message):
    """Once per fact."""
    fact = (message["data"]["consent_id"], message["data"]["event"], message["publish_time"])
    return database.execute("INSERT OR IGNORE INTO facts VALUES (?, ?, ?)", fact).rowcount and _claim(database, message)


stdlib_receiver.claim = claim
stdlib_receiver.serve()
