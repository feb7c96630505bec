"""Stores the status of the event that arrives last, so a late consent.received undoes a revocation.

Let the newest publish_time decide.
"""

from correct import stdlib_receiver


def apply(database, message):
    """Store the status of the event, whatever its age."""
    fact = message["data"]
    if fact["event"].startswith("consent."):
        status = "revoked" if fact["event"] == "consent.revoked" else "active"
        database.execute(
            "INSERT INTO consents VALUES (?, ?, ?, '') ON CONFLICT (consent_id) DO UPDATE"
            " SET status = excluded.status WHERE excluded.end_user_id = end_user_id",
            (fact["consent_id"], fact["end_user_id"], status),
        )


stdlib_receiver.apply = apply
stdlib_receiver.serve()
