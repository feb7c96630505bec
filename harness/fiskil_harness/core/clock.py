"""Sandbox time, real time and bounded waits: the only module that reads a clock.

Sandbox time is real time plus an offset that only grows. So values that an app compares with its own clock (``Date``,
``Retry-After``, certificates) stay true, while tokens, sessions and retries age on demand.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from fiskil_harness.errors import UsageError

T = TypeVar("T")

LONGEST_JUMP_DAYS = 3660
"""The longest jump of sandbox time in one step."""
BEGINNING = datetime.min.replace(tzinfo=UTC)
"""An instant before everything that happens."""
FURTHEST_AHEAD_DAYS = 36_600
"""The most that sandbox time may be ahead of real time, so that computed dates stay within the calendar."""


def real_now() -> datetime:
    """Return the real time of this machine as an aware instant in UTC."""
    return datetime.now(UTC)


def stopwatch() -> Callable[[], float]:
    """Start a stopwatch; calling the result returns the seconds since then."""
    started = time.monotonic()
    return lambda: time.monotonic() - started


class Clock:
    """Sandbox time."""

    def __init__(self, *, real: Callable[[], datetime] = real_now) -> None:
        """Start at real time; *real* may be any source of aware instants."""
        self._real = real
        self._offset = timedelta()
        self._moved_to = BEGINNING
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """The offset of sandbox time from real time."""
        return self._offset

    @property
    def moved_to(self) -> datetime:
        """The latest instant that sandbox time was moved to, without the real time that has passed since."""
        return self._moved_to

    def now(self) -> datetime:
        """Return sandbox time as an aware instant in UTC."""
        return self._real() + self._offset

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move sandbox time forward.

        Raises:
            ValueError: The step is negative.
            UsageError: Sandbox time would be more than ``FURTHEST_AHEAD_DAYS`` ahead.
        """
        try:
            step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        except OverflowError:
            raise _too_far() from None
        if step < timedelta():
            raise ValueError(f"Sandbox time only moves forward; got {step}.")
        with self._lock:
            self._offset = _bounded(self._offset, step)
            self._moved_to = self.now()

    def advance_to(self, instant: datetime) -> None:
        """Move sandbox time forward to *instant*; an instant in the past changes nothing.

        Raises:
            UsageError: *instant* is more than ``FURTHEST_AHEAD_DAYS`` ahead.
        """
        with self._lock:
            self._offset = max(self._offset, _bounded(instant - self._real()))
            self._moved_to = max(self._moved_to, instant)

    def reset(self) -> None:
        """Return to real time, as between two scenarios."""
        with self._lock:
            self._offset = timedelta()
            self._moved_to = BEGINNING


def _bounded(offset: timedelta, step: timedelta = timedelta()) -> timedelta:
    """Return the sum, checked before it is computed because a timedelta may overflow."""
    furthest = timedelta(days=FURTHEST_AHEAD_DAYS)
    if step > furthest or offset > furthest - step:
        raise _too_far()
    return offset + step


def _too_far() -> UsageError:
    return UsageError(
        f"Sandbox time can be at most {FURTHEST_AHEAD_DAYS} days ahead of real time. A reset returns it to real time."
    )


def wait_until(look: Callable[[], T | None], *, cap_s: float, every_ms: float = 10) -> T | None:
    """Poll *look* until it returns a true value, for at most *cap_s* real seconds; return that value, or None.

    The delay between polls starts at *every_ms* and grows to ten times that.
    """
    elapsed = stopwatch()
    pause_ms = every_ms
    while True:
        value = look()
        if value:
            return value
        left_s = cap_s - elapsed()
        if left_s <= 0:
            return None
        pause(min(pause_ms / 1000, left_s))
        pause_ms = min(pause_ms * 1.3, every_ms * 10)


def pause(seconds: float) -> None:
    """Sleep for real *seconds*, to wait for another process."""
    time.sleep(max(0.0, seconds))


def rfc3339(instant: datetime, *, timespec: str = "seconds") -> str:
    """Format *instant* as the API does: UTC, with ``Z``."""
    return instant.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
