"""Stores the status of the last event to arrive, unless the consent is revoked.

Let the newest publish_time decide. Here an older consent.received replaces a newer consent.updated.
"""

from correct import flask_receiver


def apply(database, message):
    """Store the status of the event unless the consent has ended."""
    fact = message["data"]
    group, _, status = fact["event"].partition(".")
    if group == "consent":
        database.execute(
            "INSERT INTO facts VALUES (?, ?, 'consents', ?, '') ON CONFLICT (subject) DO UPDATE SET says = excluded.says"
            " WHERE says <> 'revoked' AND excluded.end_user_id = end_user_id",
            (fact["consent_id"], fact["end_user_id"], status),
        )


flask_receiver.apply = apply
flask_receiver.serve()
