"""Handling of Ctrl-C, SIGTERM and SIGHUP: they end a run cleanly, and do not interrupt a start or clean-up halfway.

All handlers are Python functions, so child processes start with default handlers. Under ``nohup``, SIGHUP stays ignored.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


def handled_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end a run."""
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM) if is_ignored else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def ignored() -> Iterator[None]:
    """Ignore Ctrl-C, SIGTERM and SIGHUP inside the block, for a clean-up that ends soon."""
    with _caught():
        yield


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Delay Ctrl-C, SIGTERM and SIGHUP to the end of the block, so that its operations are not separated."""
    caught: list[int] = []
    try:
        with _caught() as caught:
            yield
    finally:
        for number in caught[:1]:
            signal.raise_signal(number)


@contextlib.contextmanager
def stops_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt inside the block, as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in handled_signals() if number != signal.SIGINT}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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

    if threading.current_thread() is not threading.main_thread():
        yield raise_again
        return

    def interrupt(number: int, _frame: object) -> None:
        received.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in handled_signals() if callable(signal.getsignal(number))}
    try:
        yield raise_again
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _caught() -> Iterator[list[int]]:
    """Yield a list that collects the signals of the block; empty outside the main thread, which alone can set handlers."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.signal(number, lambda number, _frame: caught.append(number)) for number in handled_signals()}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
