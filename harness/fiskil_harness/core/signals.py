"""Ctrl-C, SIGTERM and SIGHUP: each ends a run in order, and none interrupts a start or a clean-up halfway.

All handlers are Python handlers, so child processes start with default signals. Under ``nohup`` SIGHUP stays ignored.
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
    """Ignore these signals inside the block, for a clean-up that is bounded in time."""
    with _caught():
        yield


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Deliver these signals at the end of the block instead, for a few operations that belong together."""
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
    """Yield a function that raises KeyboardInterrupt again if a signal arrived in the block and was swallowed.

    The exception is lost if the signal arrives in a callback of the interpreter, such as Hypothesis' garbage collector hook.
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
    """Collect the signals that arrive in the block; only the main thread can set handlers."""
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
