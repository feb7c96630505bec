"""Interrupts: a signal can be deferred to the end of a block, and never ends a clean-up."""

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from fiskil_harness.core import signals

pytestmark = pytest.mark.usefixtures("usual_signals")


def test_a_deferred_interrupt_is_raised_at_the_end_of_the_block() -> None:
    """The rest of the block runs before KeyboardInterrupt is raised."""
    steps: list[str] = []

    with pytest.raises(KeyboardInterrupt), signals.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("second step")

    assert steps == ["second step"]


def test_a_deferred_interrupt_is_not_lost_when_the_block_fails() -> None:
    """KeyboardInterrupt is raised even if the block raises another exception."""
    with pytest.raises(KeyboardInterrupt), signals.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("failed")


def test_an_ignored_interrupt_is_never_raised() -> None:
    """A clean-up completes, whichever signals arrive during it."""
    before = signal.getsignal(signal.SIGINT)

    with signals.ignored():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)

    assert signal.getsignal(signal.SIGINT) is before


def test_outside_the_main_thread_the_block_runs_without_handlers() -> None:
    """Only the main thread can set signal handlers, so in other threads the block runs unchanged."""
    steps: list[str] = []

    def work() -> None:
        with signals.deferred(), signals.ignored():
            steps.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert steps == ["work"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_end_a_block_as_ctrl_c_does(number: signal.Signals) -> None:
    """Both raise KeyboardInterrupt, so the same clean-up runs; afterwards the earlier handler is back."""
    before = signal.getsignal(number)

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():
        os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before


def test_under_nohup_a_closed_terminal_does_not_end_the_block() -> None:
    """A run that was started with nohup ignores SIGHUP."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    steps: list[str] = []

    with signals.stops_as_interrupt(), signals.deferred():
        os.kill(os.getpid(), signal.SIGHUP)
        steps.append("work")

    assert steps == ["work"]
    assert signal.signal(signal.SIGHUP, before) is signal.SIG_IGN


def test_a_swallowed_interrupt_is_raised_again() -> None:
    """The function that the block yields raises KeyboardInterrupt if an earlier one was lost."""
    with pytest.raises(KeyboardInterrupt), signals.remembered() as raise_again:  # noqa: PT012 - the order inside is the point
        raise_again()
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        raise_again()


def test_an_interrupt_that_is_not_swallowed_is_raised_immediately() -> None:
    """Afterwards the earlier handler is back."""
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), signals.remembered():
        os.kill(os.getpid(), signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before


class Deleted:
    """Calls a function when it is deleted."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call

    def __del__(self) -> None:
        self._call()


def discarded_by_the_collector(call: Callable[[], None]) -> None:
    """Call *call* in a callback of the garbage collector."""

    def callback(*_: object) -> None:
        gc.callbacks.remove(callback)
        call()

    gc.callbacks.append(callback)
    gc.collect()


@pytest.fixture
def own_timer() -> Iterator[None]:
    """Stop the timer that limits the time of this test, and start it again afterwards."""
    remaining = signal.setitimer(signal.ITIMER_REAL, 0)
    yield
    signal.setitimer(signal.ITIMER_REAL, *remaining)


@pytest.fixture
def long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no signal be repeated during a test."""
    monkeypatch.setattr(signals, "REPEAT_S", 600)


def terminate() -> None:
    """Send SIGTERM to this process."""
    os.kill(os.getpid(), signal.SIGTERM)


def interrupt_by_ctrl_c() -> None:
    """Send SIGINT to this process."""
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.usefixtures("own_timer")
@pytest.mark.parametrize("discard", [Deleted, discarded_by_the_collector])
@pytest.mark.parametrize("call", [terminate, interrupt_by_ctrl_c])
def test_an_interrupt_that_python_discards_is_repeated(
    discard: Callable[[Callable[[], None]], object], call: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python discards an exception in ``__del__`` and in a callback of the collector; the block ends all the same."""
    monkeypatch.setattr(signals, "REPEAT_S", 0.01)
    discarded: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: discarded.append(lost.exc_type))
    before = signal.getsignal(signal.SIGALRM)

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():  # noqa: PT012 - the order inside is the point
        discard(call)
        threading.Event().wait(60)

    assert discarded == [KeyboardInterrupt]
    assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)) == (before, (0.0, 0.0))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("long_pause")
def test_a_further_signal_interrupts_at_once() -> None:
    """The program does not wait for the repetition of a discarded one."""
    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():  # noqa: PT012 - the order inside is the point
        Deleted(terminate)
        terminate()


@pytest.mark.usefixtures("long_pause")
def test_a_repetition_interrupts_no_clean_up() -> None:
    """Neither the handling of the exception nor that of an error in it ends early."""
    steps: list[str] = []

    def clean_up() -> None:
        try:
            raise ValueError("failed")
        except ValueError:
            signal.raise_signal(signal.SIGALRM)
            steps.append("after an error")

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():  # noqa: PT012 - the order inside is the point
        try:
            terminate()
        finally:
            signal.raise_signal(signal.SIGALRM)
            steps.append("in order")
            clean_up()

    assert steps == ["in order", "after an error"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("long_pause")
def test_a_repetition_is_ignored_and_deferred_as_the_signal_is() -> None:
    """A block that must not be interrupted is not interrupted by a repetition either."""
    steps: list[str] = []

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():  # noqa: PT012 - the order inside is the point
        Deleted(terminate)
        with signals.ignored():
            signal.raise_signal(signal.SIGALRM)
            steps.append("ignored")
        with signals.deferred():
            signal.raise_signal(signal.SIGALRM)
            steps.append("deferred")
        steps.append("not reached")

    assert steps == ["ignored", "deferred"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_is_discarded_in_an_inner_block_ends_the_outer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inner blocks may end before the signal is repeated."""
    monkeypatch.setattr(signals, "REPEAT_S", 0.01)

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():  # noqa: PT012 - the order inside is the point
        with signals.stops_as_interrupt(), signals.remembered():
            Deleted(terminate)
        threading.Event().wait(60)


@pytest.mark.usefixtures("own_timer", "long_pause")
def test_a_caught_interrupt_is_not_repeated() -> None:
    """The timer and the handler of SIGALRM are as before, so that the program can go on."""
    before = signal.getsignal(signal.SIGALRM)

    with signals.stops_as_interrupt():
        try:
            terminate()
        except KeyboardInterrupt:
            signals.end_repetition()

        assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)) == (before, (0.0, 0.0))


@pytest.mark.usefixtures("own_timer")
def test_another_timer_is_continued_afterwards() -> None:
    """A test runner may limit the time of a test with SIGALRM."""
    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: rung.append(number))
    signal.setitimer(signal.ITIMER_REAL, 600)

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():
        terminate()

    left_s, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    signal.raise_signal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, before)
    assert (0 < left_s <= 600, rung) == (True, [signal.SIGALRM])
