"""Remembers only since its last start which messages it has seen, so a retry after a deployment counts as news."""

from uuid import uuid4

from reference_app import app, message

STARTED = uuid4()

_message_id = message.identity


def identity(envelope):
    """The same within one life of the process."""
    return f"{_message_id(envelope)} {STARTED}"


message.identity = identity
build = app.build
