"""Numbers deliveries with equal bodies, so a delivery that is replayed counts as a new message.

Identify a message by its ``message_id`` alone.
"""

import json
from collections import Counter

from reference_app import app, message

_message_id = message.identity
_bodies = Counter()


def identity(envelope):
    """Return the message_id and the number of earlier deliveries with the same body."""
    body = json.dumps(envelope, sort_keys=True)
    _bodies[body] += 1
    return f"{_message_id(envelope)} {_bodies[body]}"


message.identity = identity
build = app.build
