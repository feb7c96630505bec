"""Waiting for a client to leave: exact, and over at once when it does."""

import asyncio

from harness.clock import stopwatch
from harness.link.waiting import left_within


def test_all_of_the_time_passes() -> None:
    """A wait is never shorter than asked for."""
    elapsed_s = stopwatch()

    has_left = asyncio.run(left_within(asyncio.Event().wait(), 0.02))

    assert not has_left
    assert elapsed_s() >= 0.02


def test_who_leaves_is_not_waited_for() -> None:
    """A client that goes away ends the wait."""
    elapsed_s = stopwatch()

    has_left = asyncio.run(left_within(asyncio.sleep(0), 60))

    assert has_left
    assert elapsed_s() < 30
