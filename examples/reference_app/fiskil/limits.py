"""Time limits: for one call, and for everything that a customer waits for.

A limit per read would allow a response that sends one byte per second to continue without end. Therefore the total time
is limited.
"""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A point in time on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline *seconds* from now."""
        return cls(time.monotonic() + seconds)

    def left_s(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())


def within(seconds: float) -> asyncio.Timeout:
    """Return a context manager that cancels its block after *seconds*."""
    return asyncio.timeout(seconds)
