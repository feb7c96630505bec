"""Takes the beginning of a consent for the newest fact about it, however late it is told: what was revoked lives again.

A consent.received that comes after consent.revoked is older, as its publish_time says.
"""

from correct import starlette_receiver

_apply = starlette_receiver.apply


def apply(database, message):
    """A beginning sweeps away what was before it."""
    fact = message["data"]
    if fact["event"] == "consent.received":
        database.execute(
            "DELETE FROM consents WHERE consent_id = ? AND end_user_id = ?", (fact["consent_id"], fact["end_user_id"])
        )
    _apply(database, message)


starlette_receiver.apply = apply
build = starlette_receiver.build
