"""Reads the timestamp as milliseconds, so it refuses every message as too old.

``webhook-timestamp`` is in whole seconds.
"""

import time

from correct import standard_webhooks


def is_timely(timestamp):
    """Compare milliseconds."""
    return timestamp.isdecimal() and abs(time.time() * 1000 - int(timestamp)) <= standard_webhooks.TOLERANCE_S * 1000


standard_webhooks.is_timely = is_timely
build = standard_webhooks.build
