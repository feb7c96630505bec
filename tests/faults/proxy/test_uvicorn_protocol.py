"""Waits that end when a client leaves: exact, and over at once when it leaves."""

import asyncio

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.server import Loop
from fiskil_harness.faults.proxy.uvicorn_protocol import left_within


def test_all_of_the_time_passes() -> None:
    """A wait is never shorter than requested."""
    with Loop() as loop:
        elapsed_s = stopwatch()
        has_left = loop.run(left_within(asyncio.Event().wait(), 0.02))
        took_s = elapsed_s()

    assert not has_left
    assert took_s >= 0.02


def test_a_client_that_leaves_ends_the_wait() -> None:
    """A client that leaves ends the wait."""
    with Loop() as loop:
        elapsed_s = stopwatch()
        has_left = loop.run(left_within(asyncio.sleep(0), 60))
        took_s = elapsed_s()

    assert has_left
    assert took_s < 30
