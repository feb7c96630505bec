"""Interrupts: a signal waits for a few steps that belong together, and never ends a clean-up."""

import contextlib
import os
import signal
import threading

import pytest

from fiskil_harness.core import signals

pytestmark = pytest.mark.usefixtures("usual_signals")


def test_a_deferred_interrupt_strikes_at_the_end_of_the_block() -> None:
    """What belongs together is done first."""
    done: list[str] = []

    with pytest.raises(KeyboardInterrupt), signals.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        done.append("second step")

    assert done == ["second step"]


def test_a_deferred_interrupt_is_not_lost_when_the_block_fails() -> None:
    """Whatever becomes of the steps, the signal strikes."""
    with pytest.raises(KeyboardInterrupt), signals.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("no good")


def test_an_ignored_interrupt_never_strikes() -> None:
    """A clean-up ends, however often somebody presses Ctrl-C."""
    before = signal.getsignal(signal.SIGINT)

    with signals.ignored():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)

    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_are_left_alone() -> None:
    """Handlers belong to the main thread; elsewhere the block simply runs."""
    done: list[str] = []

    def work() -> None:
        with signals.deferred(), signals.ignored():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["work"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_stopped_ends_a_block_as_ctrl_c_does(number: signal.Signals) -> None:
    """Whoever stops the process or closes its terminal gets the same clean-up; afterwards all is as before."""
    before = signal.getsignal(number)

    with pytest.raises(KeyboardInterrupt), signals.stops_as_interrupt():
        os.kill(os.getpid(), number)

    assert signal.getsignal(number) is before


def test_under_nohup_a_closed_terminal_ends_nothing() -> None:
    """Who starts a run with nohup wants it to end by itself."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    done: list[str] = []

    with signals.stops_as_interrupt(), signals.deferred():
        os.kill(os.getpid(), signal.SIGHUP)
        done.append("work")

    assert done == ["work"]
    assert signal.signal(signal.SIGHUP, before) is signal.SIG_IGN


def test_an_interrupt_that_was_swallowed_strikes_again() -> None:
    """Where the interpreter's own callbacks lose it, the next one who asks is told."""
    with pytest.raises(KeyboardInterrupt), signals.remembered() as heed:  # noqa: PT012 - the order inside is the point
        heed()
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        heed()


def test_what_was_not_swallowed_strikes_at_once() -> None:
    """And afterwards everything is as it was."""
    before = signal.getsignal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt), signals.remembered():
        os.kill(os.getpid(), signal.SIGINT)

    assert signal.getsignal(signal.SIGINT) is before
