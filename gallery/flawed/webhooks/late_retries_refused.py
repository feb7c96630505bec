"""Refuses messages older than five minutes, although retries may arrive almost an hour after the event.

Accept a correctly signed message whatever its age.
"""

import time

from reference_app import app, message, receiver

OLDEST_S = 300

_parse = message.parse


def parse(body):
    """Refuse a message that was published too long ago."""
    received = _parse(body)
    if received.published_us < (time.time() - OLDEST_S) * 1_000_000:
        raise receiver.Refusal(400, "too_old", "published too long ago")
    return received


message.parse = parse
build = app.build
