"""Time's one door: sandbox time, real time, and bounded waiting.

Sandbox time is real time plus an offset that only grows, so what an app compares with its own clock (``Date``,
``Retry-After``, certificates) stays true while tokens, sessions and retries grow old on demand.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from fiskil_harness.errors import UsageError

T = TypeVar("T")

LONGEST_JUMP_DAYS = 3660
"""So far sandbox time may be moved at once."""
BEGINNING = datetime.min.replace(tzinfo=UTC)
"""Before everything that happens."""
FURTHEST_AHEAD_DAYS = 36_600
"""So far ahead of real time it may come in all: what is reckoned from it stays within the calendar."""


def real_now() -> datetime:
    """Return the real time of this machine, aware, in UTC."""
    return datetime.now(UTC)


def stopwatch() -> Callable[[], float]:
    """Start a stopwatch; calling it gives the seconds since."""
    started = time.monotonic()
    return lambda: time.monotonic() - started


class Clock:
    """Sandbox time."""

    def __init__(self, *, real: Callable[[], datetime] = real_now) -> None:
        """Start at real time; *real* can be any source of aware instants."""
        self._real = real
        self._offset = timedelta()
        self._moved_to = BEGINNING
        self._lock = threading.Lock()

    @property
    def offset(self) -> timedelta:
        """How far sandbox time is ahead of real time."""
        return self._offset

    @property
    def moved_to(self) -> datetime:
        """The latest instant to which somebody has moved sandbox time; what real time has added since is left out."""
        return self._moved_to

    def now(self) -> datetime:
        """Return sandbox time, aware, in UTC."""
        return self._real() + self._offset

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move sandbox time forward.

        Raises:
            ValueError: It would go back.
            UsageError: It would come further than ``FURTHEST_AHEAD_DAYS``.
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
        """Move forward to *instant*; an instant in the past changes nothing.

        Raises:
            UsageError: It is further ahead than ``FURTHEST_AHEAD_DAYS``.
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
    """Return the sum, unless it is too far ahead; a sum beyond what a timedelta holds is never made."""
    furthest = timedelta(days=FURTHEST_AHEAD_DAYS)
    if step > furthest or offset > furthest - step:
        raise _too_far()
    return offset + step


def _too_far() -> UsageError:
    return UsageError(
        f"Sandbox time comes at most {FURTHEST_AHEAD_DAYS} days ahead of real time. A reset returns it to real time."
    )


def wait_until(look: Callable[[], T | None], *, cap_s: float, every_ms: float = 10) -> T | None:
    """Call *look* until it gives something true, at most for *cap_s* real seconds; then give None.

    The pause between looks starts at *every_ms* and grows to ten times that.
    """
    elapsed = stopwatch()
    pause_ms = every_ms
    while True:
        seen = look()
        if seen:
            return seen
        left_s = cap_s - elapsed()
        if left_s <= 0:
            return None
        pause(min(pause_ms / 1000, left_s))
        pause_ms = min(pause_ms * 1.3, every_ms * 10)


def pause(seconds: float) -> None:
    """Let real time pass, for waits on somebody else's process."""
    time.sleep(max(0.0, seconds))


def rfc3339(instant: datetime, *, timespec: str = "seconds") -> str:
    """Write *instant* as the wire does: UTC, with ``Z``."""
    return instant.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
