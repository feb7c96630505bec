"""Stores publish_time without milliseconds, so an older event undoes a revocation of the same second.

Keep the fraction; a column of MySQL must be ``DATETIME(3)``, because ``DATETIME`` has none.
"""

from correct import stdlib_receiver

_SECOND = len("2026-01-31T12:00:00")


def apply(database, message):
    """Store the status of the event, unless a stored event is of a later second."""
    fact = message["data"]
    if fact["event"].startswith("consent."):
        status = "revoked" if fact["event"] == "consent.revoked" else "active"
        database.execute(
            "INSERT INTO consents VALUES (?, ?, ?, ?) ON CONFLICT (consent_id) DO UPDATE"
            " SET status = excluded.status, published = excluded.published"
            " WHERE excluded.published >= published AND excluded.end_user_id = end_user_id",
            (fact["consent_id"], fact["end_user_id"], status, message["publish_time"][:_SECOND]),
        )


stdlib_receiver.apply = apply
stdlib_receiver.serve()
