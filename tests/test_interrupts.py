"""Interrupts: a signal waits for a few steps that belong together, and never ends a clean-up."""

import os
import signal
import threading

import pytest

from harness import interrupts

pytestmark = pytest.mark.usefixtures("usual_signals")


def test_a_deferred_interrupt_strikes_at_the_end_of_the_block() -> None:
    """What belongs together is done first."""
    done: list[str] = []

    with pytest.raises(KeyboardInterrupt), interrupts.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        done.append("second step")

    assert done == ["second step"]


def test_a_deferred_interrupt_is_not_lost_when_the_block_fails() -> None:
    """Whatever becomes of the steps, the signal strikes."""
    with pytest.raises(KeyboardInterrupt), interrupts.deferred():  # noqa: PT012 - the order inside is the point
        os.kill(os.getpid(), signal.SIGINT)
        raise ValueError("no good")


def test_an_ignored_interrupt_never_strikes() -> None:
    """A clean-up ends, however often somebody presses Ctrl-C."""
    before = signal.getsignal(signal.SIGINT)

    with interrupts.ignored():
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_are_left_alone() -> None:
    """Handlers belong to the main thread; elsewhere the block simply runs."""
    done: list[str] = []

    def work() -> None:
        with interrupts.deferred(), interrupts.ignored():
            done.append("work")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done == ["work"]


def test_sigterm_ends_a_block_as_ctrl_c_does() -> None:
    """Whoever stops the process in the usual way gets the same clean-up; afterwards all is as before."""
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), interrupts.sigterm_as_interrupt():
        os.kill(os.getpid(), signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is before
