"""Handling of Ctrl-C, SIGTERM and SIGHUP: they end a run cleanly, and do not interrupt a start or clean-up halfway.

All handlers are Python functions, so child processes start with default handlers. Under ``nohup``, SIGHUP stays ignored.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any


def handled_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end a run."""
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM) if is_ignored else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def handled_by(handler: Callable[[int, Any], object], numbers: Iterable[signal.Signals] | None = None) -> Iterator[None]:
    """Handle signals with *handler* inside the block; do nothing outside the main thread, which alone can set handlers.

    Args:
        numbers: The signals; None for all that end a run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in (handled_signals() if numbers is None else numbers)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def ignored() -> AbstractContextManager[None]:
    """Ignore Ctrl-C, SIGTERM and SIGHUP inside the block, for a clean-up that ends soon."""
    return handled_by(lambda *_: None)


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Delay Ctrl-C, SIGTERM and SIGHUP to the end of the block, so that its operations are not separated."""
    caught: list[int] = []
    try:
        with handled_by(lambda number, _frame: caught.append(number)):
            yield
    finally:
        for number in caught[:1]:
            signal.raise_signal(number)


def stops_as_interrupt() -> AbstractContextManager[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt inside the block, as Ctrl-C does."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    return handled_by(interrupt, set(handled_signals()) - {signal.SIGINT})


@contextlib.contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Yield a function that raises KeyboardInterrupt if a signal has arrived in the block.

    A signal raises KeyboardInterrupt at once, but Python discards this exception in some callbacks, such as Hypothesis'
    garbage collector hook. The function repeats a lost exception.
    """
    received: list[int] = []

    def raise_again() -> None:
        if received:
            raise KeyboardInterrupt

    def interrupt(number: int, _frame: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    with handled_by(interrupt, [number for number in handled_signals() if callable(signal.getsignal(number))]):
        yield raise_again
