"""How long things may take: one call, and everything that somebody waits for.

A limit per read would let an answer that drips a byte a second go on for ever, so time is limited as a whole.
"""

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """A moment on the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """The moment *seconds* from now."""
        return cls(time.monotonic() + seconds)

    def left_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at - time.monotonic())


def within(seconds: float) -> asyncio.Timeout:
    """A block that is cut off after *seconds*, wherever it hangs."""
    return asyncio.timeout(seconds)
