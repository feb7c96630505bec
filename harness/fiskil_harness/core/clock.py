"""Sandbox time, real time and bounded waits: the only module that reads a clock.

Sandbox time is real time plus an offset that only grows, so that tokens, sessions and retries age on demand. It goes
on where the machine's clock is set back. Values that an app compares with its own clock (``Date``, ``Retry-After``,
certificates) use real time.
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
"""A time before all events; it means that sandbox time has not been moved yet."""
FURTHEST_AHEAD_DAYS = 36_600
"""The maximum number of days that sandbox time may be ahead of real time; larger dates could overflow."""


def real_now() -> datetime:
    """Return the real time of this machine as an aware datetime in UTC."""
    return datetime.now(UTC)


def stopwatch() -> Callable[[], float]:
    """Start a stopwatch, and return a function that returns the real seconds since the start."""
    started = time.monotonic()
    return lambda: time.monotonic() - started


class Clock:
    """A clock of sandbox time: real time, plus the steps by which it was moved forward."""

    def __init__(self, *, real: Callable[[], datetime] = real_now) -> None:
        """Start at real time. *real* returns the real time as an aware datetime."""
        self._real = real
        self._offset = timedelta()
        self._moved_to = BEGINNING
        self._lock = threading.Lock()
        self._latest_real, self._set_back = BEGINNING, timedelta()
        self._reading = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """The offset of sandbox time from real time."""
        return self._offset

    @property
    def moved_to(self) -> datetime:
        """The latest time to which sandbox time was moved; real time that has passed since is not included."""
        return self._moved_to

    def now(self) -> datetime:
        """Return sandbox time as an aware datetime in UTC."""
        return self._steady_real() + self._offset

    def _steady_real(self) -> datetime:
        """Return real time. If the machine's clock is set back, go on from the latest time that was read."""
        with self._reading:
            real = self._real() + self._set_back
            self._set_back += max(self._latest_real - real, timedelta())
            self._latest_real = max(self._latest_real, real)
            return self._latest_real

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move sandbox time forward.

        Raises:
            ValueError: The step is negative.
            UsageError: Sandbox time would be more than ``FURTHEST_AHEAD_DAYS`` ahead of real time.
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
        """Move sandbox time forward to *instant*. If sandbox time is already later, change nothing.

        Raises:
            UsageError: *instant* is more than ``FURTHEST_AHEAD_DAYS`` ahead of real time.
        """
        with self._lock:
            self._offset = max(self._offset, _bounded(instant - self._steady_real()))
            self._moved_to = max(self._moved_to, instant)

    def resume(self, *, offset: timedelta, moved_to: datetime, not_before: datetime) -> None:
        """Continue the time of an earlier process: real time plus *offset*, but at least *not_before*.

        The time between the two processes passes as real time does. *moved_to* is the clock's attribute of that name.

        Raises:
            UsageError: Sandbox time would be more than ``FURTHEST_AHEAD_DAYS`` ahead of real time.
        """
        with self._lock:
            self._offset = max(_bounded(offset), _bounded(not_before - self._steady_real()))
            self._moved_to = moved_to

    def reset(self) -> None:
        """Set sandbox time back to real time, for example between two scenarios."""
        with self._lock:
            self._offset = timedelta()
            self._moved_to = BEGINNING
        with self._reading:
            self._latest_real, self._set_back = BEGINNING, timedelta()


def _bounded(offset: timedelta, step: timedelta = timedelta()) -> timedelta:
    """Return *offset* plus *step*, or raise UsageError if the sum would be too large; computing it first could overflow."""
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
    """Sleep for *seconds* of real time, for example to wait for another process."""
    time.sleep(max(0.0, seconds))


def rfc3339(instant: datetime, *, timespec: str = "seconds") -> str:
    """Format *instant* as the API does: UTC, with ``Z``."""
    return instant.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
