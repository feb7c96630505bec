"""Applies a message again each time it is delivered, as if every delivery were news.

Fiskil repeats a message until it is acknowledged, so sooner or later each one comes twice.
"""

from uuid import uuid4

from reference_app import app, message

_message_id = message.identity


def identity(envelope):
    """Never the same twice."""
    return f"{_message_id(envelope)} {uuid4()}"


message.identity = identity
build = app.build
