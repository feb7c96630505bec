"""Waits: none is shorter than requested, and a wait for a client is over at once when it leaves."""

import asyncio

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.server import Loop
from fiskil_harness.faults.proxy.uvicorn_protocol import call_after, left_within


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


def test_no_timer_is_early() -> None:
    """Two thousand timers that start at different parts of a millisecond, each with another time."""
    times_s = [0.01 + number / 50_000 for number in range(2000)]

    async def early() -> list[float]:
        loop = asyncio.get_running_loop()
        done: list[asyncio.Future[float]] = []

        def start(seconds: float) -> None:
            elapsed_s, future = stopwatch(), loop.create_future()
            done.append(future)
            call_after(loop, seconds, lambda: future.set_result(elapsed_s()))

        for seconds in times_s:
            start(seconds)
        passed_s = await asyncio.gather(*done)
        return [seconds for seconds, passed in zip(times_s, passed_s, strict=True) if passed < seconds]

    with Loop() as loop:
        assert loop.run(early()) == []
