"""The pause monitor records pauses of the machine."""

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Journal, MachinePaused
from fiskil_harness.runner.pause_monitor import EVERY_S, LEAST_S, PauseMonitor

LEAST_BLOCKED_S = 5 * LEAST_S


def block_other_threads() -> float:
    """Keep every other thread of this process from running, and return for how many real seconds."""
    lasted_s, count = 0.0, 1_000_000
    while lasted_s < LEAST_BLOCKED_S:
        elapsed_s, count = stopwatch(), count * 2
        sum(range(count))
        lasted_s = elapsed_s()
    return lasted_s


def recorded_s(journal: Journal) -> float:
    return sum(pause.lasted_s for pause in journal.all(MachinePaused))


def test_a_pause_is_recorded() -> None:
    """The record has nearly the whole length of the pause, and is written at its end."""
    journal = Journal()

    with PauseMonitor(journal):
        lasted_s = block_other_threads()

    assert recorded_s(journal) >= lasted_s - EVERY_S - LEAST_S
    assert max(pause.at_s for pause in journal.all(MachinePaused)) >= lasted_s - EVERY_S


def test_nothing_is_recorded_after_the_block() -> None:
    """A pause after the block is not recorded, because the next scenario has another journal."""
    journal = Journal()
    with PauseMonitor(journal):
        pass
    before = len(journal)

    block_other_threads()

    assert len(journal) == before
