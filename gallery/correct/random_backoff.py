"""Waits for a while that is all chance, from nothing to a bound that doubles: the pauses need not grow one by one."""

import random

from reference_app import app
from reference_app.fiskil import retry


def backoff_s(number):
    """Anything up to the bound."""
    return random.uniform(0, min(retry.LONGEST_WAIT_S, retry.FIRST_WAIT_S * 2**number))


retry.backoff_s = backoff_s
build = app.build
