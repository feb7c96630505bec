"""Treats every consent event except consent.received as a revocation.

consent.updated means that the consent continues with other terms.
"""

from correct import starlette_receiver

_apply = starlette_receiver.apply


def apply(database, message):
    """Replace the event with consent.revoked unless it is consent.received."""
    fact = message["data"]
    if fact["event"].startswith("consent.") and fact["event"] != "consent.received":
        message = {**message, "data": {**fact, "event": "consent.revoked"}}
    _apply(database, message)


starlette_receiver.apply = apply
build = starlette_receiver.build
