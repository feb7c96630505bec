"""Applies a message again each time it is delivered.

Identify messages by ``message_id`` and apply each once: Fiskil repeats a message until it is acknowledged.
"""

from uuid import uuid4

from reference_app import app, message

_message_id = message.identity


def identity(envelope):
    """Return a new identity for every delivery."""
    return f"{_message_id(envelope)} {uuid4()}"


message.identity = identity
build = app.build
