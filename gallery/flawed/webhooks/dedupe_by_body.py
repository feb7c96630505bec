"""Identifies a message by its body, so a retry with another delivery_attempt is applied again.

Identify a message by its ``message_id`` alone.
"""

import hashlib
import json

from reference_app import app, message


def identity(envelope):
    """Return a hash of the whole envelope, including the attempt number."""
    return hashlib.sha256(json.dumps(envelope, sort_keys=True).encode()).hexdigest()


message.identity = identity
build = app.build
