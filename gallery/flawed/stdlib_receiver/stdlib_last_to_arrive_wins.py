"""Lets the event that arrives last decide about a consent: a late one about its beginning brings it back to life."""

from correct import stdlib_receiver


def apply(database, message):
    """Whatever comes is the newest."""
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
