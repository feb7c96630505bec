"""Handling of Ctrl-C, SIGTERM and SIGHUP: they end a run cleanly, and do not interrupt a start or clean-up halfway.

All handlers are Python functions, so child processes start with default handlers. Under ``nohup``, SIGHUP stays ignored.

Python discards an exception in some functions that it calls itself: callbacks of the garbage collector, such as that of
Hypothesis, and ``__del__``. So ``interrupt`` raises KeyboardInterrupt again until ``end_repetition`` is called.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any

REPEAT_S = 3.0
"""The time after which a KeyboardInterrupt that Python discarded is raised again, in real seconds."""


class _Repetition:
    """The handler of SIGALRM, and its timer, that ``interrupt`` replaced; empty while nothing is repeated."""

    replaced: tuple[tuple[Any, tuple[float, float]], ...] = ()


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


@contextlib.contextmanager
def stops_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise KeyboardInterrupt inside the block, as Ctrl-C does; see ``interrupt``."""
    is_inner = signal.getsignal(signal.SIGTERM) is interrupt
    is_ignored = not callable(signal.getsignal(signal.SIGINT))
    with handled_by(interrupt, set(handled_signals()) - ({signal.SIGINT} if is_ignored else set())):
        try:
            yield
        finally:
            if not is_inner:
                end_repetition()


def interrupt(number: int, _frame: object) -> None:
    """Raise KeyboardInterrupt as the handler of a signal, and send the signal again every ``REPEAT_S`` if this was lost."""

    def repeat(_alarm: int, _frame: object) -> None:
        if not is_being_handled():
            signal.raise_signal(number)

    if not _Repetition.replaced:
        former = signal.signal(signal.SIGALRM, repeat)
        _Repetition.replaced = ((former, signal.setitimer(signal.ITIMER_REAL, REPEAT_S, REPEAT_S)),)
    raise KeyboardInterrupt


def is_being_handled() -> bool:
    """Return True while the program handles a KeyboardInterrupt, which is then not lost.

    A second one would end a clean-up halfway.
    """
    error = sys.exception()
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def end_repetition() -> None:
    """Send no signal again, because the program has caught the KeyboardInterrupt."""
    if threading.current_thread() is threading.main_thread():
        replaced, _Repetition.replaced = _Repetition.replaced, ()
        for handler, timer in replaced:
            signal.setitimer(signal.ITIMER_REAL, *timer)
            signal.signal(signal.SIGALRM, handler)


@contextlib.contextmanager
def remembered() -> Iterator[Callable[[], None]]:
    """Yield a function that raises KeyboardInterrupt if a signal has arrived in the block.

    A signal has its usual handler, but Python may discard the KeyboardInterrupt that it raises. The function repeats it at
    once.
    """
    received: list[int] = []
    usual = {number: signal.getsignal(number) for number in handled_signals()}
    handlers = {number: handler for number, handler in usual.items() if callable(handler)}

    def raise_again() -> None:
        if received:
            raise KeyboardInterrupt

    def note(number: int, frame: Any) -> None:
        received.append(number)
        handlers[signal.Signals(number)](number, frame)

    with handled_by(note, handlers):
        yield raise_again
