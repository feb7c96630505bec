"""Reactivates a revoked consent when an older consent.received arrives late.

Compare publish_time: a consent.received that arrives after consent.revoked is older.
"""

from correct import starlette_receiver

_apply = starlette_receiver.apply


def apply(database, message):
    """Delete the stored status when consent.received arrives."""
    fact = message["data"]
    if fact["event"] == "consent.received":
        database.execute(
            "DELETE FROM consents WHERE consent_id = ? AND end_user_id = ?", (fact["consent_id"], fact["end_user_id"])
        )
    _apply(database, message)


starlette_receiver.apply = apply
build = starlette_receiver.build
