"""Marks a consent as active whatever an event says about it: also when it was revoked.

data.event decides what a message does; consent.revoked ends what consent.received began.
"""

from correct import flask_receiver


def apply(database, message):
    """News about a consent: it must be alive."""
    fact = message["data"]
    if fact["event"].startswith("consent."):
        flask_receiver.note(database, fact["consent_id"], fact, "consents", "active", message["publish_time"])


flask_receiver.apply = apply
flask_receiver.serve()
