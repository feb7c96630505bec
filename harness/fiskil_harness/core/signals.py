"""Ctrl-C, SIGTERM and SIGHUP: each ends a run in order, and none strikes in a process half started or a clean-up half done.

All handlers are Python's own, so children start with the signals as usual. Under ``nohup`` SIGHUP stays ignored.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


def heeded() -> tuple[signal.Signals, ...]:
    """The signals that end a run."""
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM) if is_ignored else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
def stops_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that they leave as little behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {signals: signal.signal(signals, interrupt) for signals in heeded() if signals != signal.SIGINT}
    try:
        yield
    finally:
        for signals, reaction in before.items():
            signal.signal(signals, reaction)


@contextlib.contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Let signals strike in the block as ever; whoever calls what this gives is struck again by one that was swallowed.

    A signal that strikes in a callback of the interpreter, such as Hypothesis has for the garbage collector, is lost there.
    """
    struck: list[int] = []

    def strike_again() -> None:
        if struck:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield strike_again
        return

    def strike(number: int, _frame: object) -> None:
        struck.append(number)
        raise KeyboardInterrupt

    before = {signals: signal.signal(signals, strike) for signals in heeded() if callable(signal.getsignal(signals))}
    try:
        yield strike_again
    finally:
        for signals, reaction in before.items():
            signal.signal(signals, reaction)


@contextlib.contextmanager
def _caught() -> Iterator[list[int]]:
    """Collect the signals of the block; handlers can only be set in the main thread, and only there do they strike."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return
    before = {number: signal.signal(number, lambda number, _frame: caught.append(number)) for number in heeded()}
    try:
        yield caught
    finally:
        for number, reaction in before.items():
            signal.signal(number, reaction)
