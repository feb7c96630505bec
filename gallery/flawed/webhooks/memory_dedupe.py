"""Forgets at each restart which messages it has applied, so a retry after a deployment is applied again.

Store the ids of applied messages in the database.
"""

from uuid import uuid4

from reference_app import app, message

STARTED = uuid4()

_message_id = message.identity


def identity(envelope):
    """Return an id that is unique to this process."""
    return f"{_message_id(envelope)} {STARTED}"


message.identity = identity
build = app.build
