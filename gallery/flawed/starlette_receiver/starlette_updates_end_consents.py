"""Knows two kinds of events, the beginning and everything else, which it takes for the end: a change revokes a consent.

consent.updated tells that a consent goes on under other terms.
"""

from correct import starlette_receiver

_apply = starlette_receiver.apply


def apply(database, message):
    """What is no beginning is an end."""
    fact = message["data"]
    if fact["event"].startswith("consent.") and fact["event"] != "consent.received":
        message = {**message, "data": {**fact, "event": "consent.revoked"}}
    _apply(database, message)


starlette_receiver.apply = apply
build = starlette_receiver.build
