"""The pulse: a machine that stood still is seen to have done so."""

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Journal, MachinePaused
from fiskil_harness.runner.pause_monitor import EVERY_S, LEAST_S, PauseMonitor

LEAST_HELD_S = 5 * LEAST_S


def hold() -> float:
    """Keep every other thread of this process from running; the real seconds that it lasted."""
    lasted_s, count = 0.0, 1_000_000
    while lasted_s < LEAST_HELD_S:
        elapsed_s, count = stopwatch(), count * 2
        sum(range(count))
        lasted_s = elapsed_s()
    return lasted_s


def stood(journal: Journal) -> float:
    return sum(pause.lasted_s for pause in journal.all(MachinePaused))


def test_a_standstill_is_written_down() -> None:
    """With nearly all of its length, at its end."""
    journal = Journal()

    with PauseMonitor(journal):
        lasted_s = hold()

    assert stood(journal) >= lasted_s - EVERY_S - LEAST_S
    assert max(pause.at_s for pause in journal.all(MachinePaused)) >= lasted_s - EVERY_S


def test_nothing_is_written_when_the_watch_is_over() -> None:
    """Another scenario has another journal."""
    journal = Journal()
    with PauseMonitor(journal):
        pass
    before = len(journal)

    hold()

    assert len(journal) == before
