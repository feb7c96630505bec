"""Waits a random time before a retry, from zero to a limit that doubles.

The delays need not grow each time.
"""

import random

from reference_app import app
from reference_app.fiskil import retry


def backoff_s(number):
    """Return a random delay up to the limit."""
    return random.uniform(0, min(retry.LONGEST_WAIT_S, retry.FIRST_WAIT_S * 2**number))


retry.backoff_s = backoff_s
build = app.build
