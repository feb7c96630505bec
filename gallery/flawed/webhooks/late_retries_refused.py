"""Refuses messages older than five minutes, though the last lawful retry comes almost an hour after the event."""

import time

from reference_app import app, message, receiver

OLDEST_S = 300

_parse = message.parse


def parse(body):
    """Only what is fresh."""
    received = _parse(body)
    if received.published_us < (time.time() - OLDEST_S) * 1_000_000:
        raise receiver.Refusal(400, "too_old", "published too long ago")
    return received


message.parse = parse
build = app.build
