"""Reads as many digits of the time as there are, and allows any time to come: letters after it pass, and so does next year.

The time is a whole number of seconds and nothing else, and the tolerance holds on both sides.
"""

import re
import time

from correct import standard_webhooks


def is_timely(timestamp):
    """Not too old."""
    digits = re.match(r"\d+", timestamp)
    return digits is not None and time.time() - int(digits[0]) <= standard_webhooks.TOLERANCE_S


standard_webhooks.is_timely = is_timely
build = standard_webhooks.build
