"""Applies an energy event again each time it is delivered, and events about consents once.

Identify every message by ``message_id`` and apply each once: Fiskil repeats a message until it is acknowledged.
"""

from uuid import uuid4

from correct import energy_only
from reference_app import message

_message_id = message.identity


def identity(envelope):
    """Return a new identity for every delivery of an energy event."""
    event = str((envelope.get("data") or {}).get("event"))
    return f"{_message_id(envelope)} {uuid4()}" if event.startswith("energy.") else _message_id(envelope)


message.identity = identity
build = energy_only.build
