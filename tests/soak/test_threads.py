"""Pools of threads: Ctrl-C ends them without their waiting calls."""

from concurrent.futures import Future
from threading import Event

import pytest

from fiskil_harness.core.clock import wait_until
from fiskil_harness.soak.threads import pool_of


def test_ctrl_c_drops_waiting_calls() -> None:
    """The call in progress is not waited for, and no further one begins."""
    begun: list[int] = []
    may_end = Event()
    calls: list[Future[bool]] = []

    def call(number: int) -> bool:
        begun.append(number)
        return may_end.wait(60)

    def interrupted() -> None:
        with pool_of(1) as pool:
            calls.extend(pool.submit(call, number) for number in range(100))
            assert wait_until(lambda: bool(begun), cap_s=60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    may_end.set()

    assert calls[0].result(60)
    assert begun == [0]
    assert all(waiting.cancelled() for waiting in calls[1:])
