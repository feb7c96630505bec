"""Marks a consent as active after any consent event, even after a revocation.

data.event decides what a message does; consent.revoked ends a consent.
"""

from correct import flask_receiver


def apply(database, message):
    """Mark the consent as active."""
    fact = message["data"]
    if fact["event"].startswith("consent."):
        flask_receiver.note(database, fact["consent_id"], fact, "consents", "active", message["publish_time"])


flask_receiver.apply = apply
flask_receiver.serve()
