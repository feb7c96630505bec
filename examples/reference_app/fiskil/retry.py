"""Retries: which calls are repeated, and how long to wait before each attempt.

Only temporary failures are repeated, and only if a repetition cannot do something twice.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from email.utils import parsedate_to_datetime
from typing import TypeVar

from reference_app.fiskil.errors import FiskilError, Unavailable
from reference_app.fiskil.limits import Deadline

T = TypeVar("T")

RETRYABLE_STATUSES = frozenset({429, 500, 502, 503, 504})
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
LONGEST_RETRY_AFTER_S = 60.0
TIMER_SLACK_S = 0.02


async def until_done(attempt: Callable[[], Awaitable[T]], *, is_repeatable: bool, attempts: int, deadline: Deadline) -> T:
    """Await *attempt* until it succeeds, fails permanently, or the next wait would pass the deadline.

    Args:
        is_repeatable: Whether a second execution has the same effect as one.
        attempts: The maximum number of attempts.
    """
    for number in range(1, attempts + 1):
        try:
            return await attempt()
        except FiskilError as error:
            wait_s = wait_after(error, number)
            is_last = number == attempts or wait_s >= deadline.left_s()
            if is_last or not may_repeat(error, is_repeatable=is_repeatable):
                raise
        await asyncio.sleep(wait_s)
    raise AssertionError("attempts is at least 1")


def may_repeat(error: FiskilError, *, is_repeatable: bool) -> bool:
    """Return whether to repeat. A request that creates something is repeated only if Fiskil has not received it."""
    if not isinstance(error, Unavailable):
        return False
    return is_repeatable or not error.was_sent


def wait_after(error: FiskilError, number: int) -> float:
    """Return the seconds to wait after attempt *number*: the back-off, and at least what Fiskil requested."""
    requested_s = error.retry_after_s
    if requested_s is None:
        return backoff_s(number)
    return max(backoff_s(number), requested_s + TIMER_SLACK_S)


def backoff_s(number: int) -> float:
    """Return a delay that doubles up to a cap; half of it is random, so that clients do not retry together."""
    full_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (number - 1))
    return random.uniform(full_s / 2, full_s)


def retry_after_s(header: str | None) -> float | None:
    """Return the seconds in a ``Retry-After`` header, in either form; None if it is missing or invalid."""
    text = (header or "").strip()
    if text.isascii() and text.isdecimal():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER_S)
