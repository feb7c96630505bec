"""Reads only the leading digits of the timestamp, and accepts any time in the future.

Accept only a whole number of seconds, and apply the tolerance in both directions.
"""

import re
import time

from correct import standard_webhooks


def is_timely(timestamp):
    """Return whether the leading digits are not too old."""
    digits = re.match(r"\d+", timestamp)
    return digits is not None and time.time() - int(digits[0]) <= standard_webhooks.TOLERANCE_S


standard_webhooks.is_timely = is_timely
build = standard_webhooks.build
