"""Responds 404 to events that it does not use, so Fiskil repeats them as failed deliveries.

Acknowledge unknown events and ignore them.
"""

from reference_app import app, consents, datasets, message, receiver

_parse = message.parse


def parse(body):
    """Refuse an unused event."""
    received = _parse(body)
    if received.event not in consents.STATUS_AFTER and datasets.announced_by(received.event) is None:
        raise receiver.Refusal(404, "unknown_event", "an unexpected event")
    return received


message.parse = parse
build = app.build
