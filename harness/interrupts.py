"""Ctrl-C and SIGTERM: both end a run in order, and neither strikes while a process is half started or a clean-up half done.

All handlers are Python's own, so children start with the signals as usual.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ignored() -> Iterator[None]:
    """Ignore them inside the block, for a clean-up that is bounded."""
    with _caught():
        yield


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Let them strike at the end of the block, for a few steps that belong together."""
    caught: list[int] = []
    try:
        with _caught() as caught:
            yield
    finally:
        for number in caught[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that it leaves as little behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _caught() -> Iterator[list[int]]:
    """Collect the signals of the block; handlers can only be set in the main thread, and only there do they strike."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.signal(number, lambda one, _frame: caught.append(one)) for number in NUMBERS}
    try:
        yield caught
    finally:
        for number, reaction in before.items():
            signal.signal(number, reaction)
