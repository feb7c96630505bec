"""Interrupts: a signal can be deferred to the end of a block, and never ends a clean-up."""

import contextlib
import os
import signal
import threading

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
