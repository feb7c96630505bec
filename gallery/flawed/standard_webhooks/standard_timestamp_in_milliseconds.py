"""Takes the time of the attempt for milliseconds, so everything seems to be from 1970 and is refused.

``webhook-timestamp`` is in whole seconds.
"""

import time

from correct import standard_webhooks


def is_timely(timestamp):
    """In another unit."""
    return timestamp.isdecimal() and abs(time.time() * 1000 - int(timestamp)) <= standard_webhooks.TOLERANCE_S * 1000


standard_webhooks.is_timely = is_timely
build = standard_webhooks.build
