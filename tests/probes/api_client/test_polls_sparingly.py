"""polls_sparingly: during an idle period, no read is repeated more often than once every two seconds."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import PollsSparingly, Verdict

PROBE = PollsSparingly()


def test_no_calls_while_idle_passes(tape: JournalBuilder) -> None:
    """An app that has read before and waits for events behaves as the practice demands."""
    tape.call("banking.transactions")
    tape.idle(10)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("count", "verdict"), [(5, Verdict.PASS), (6, Verdict.FAIL)])
def test_the_limit_is_one_equal_read_every_two_seconds(tape: JournalBuilder, count: int, verdict: Verdict) -> None:
    """In ten idle seconds five equal reads are allowed."""
    tape.idle(10)
    for _ in range(count):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_moving_time_window_is_polling(tape: JournalBuilder) -> None:
    """Reads that differ only in ``from`` are equal."""
    tape.idle(2)
    for second in range(4):
        tape.call("banking.transactions", query=f"end_user_id=eu-alice&from=2026-10-01T00%3A00%3A0{second}Z")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "more than 2 equal reads in 2 idle seconds"


def test_pages_of_one_walk_are_not_polling(tape: JournalBuilder) -> None:
    """A walk during the idle period requests a different page each time."""
    tape.idle(2)
    for page in range(9):
        tape.call("banking.transactions", query=f"end_user_id=eu-alice&page%5Bafter%5D=p{page}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reads_before_and_after_do_not_count(tape: JournalBuilder) -> None:
    """Only the idle period itself is judged."""
    for _ in range(9):
        tape.call("banking.transactions")
    tape.idle(2)
    tape.wait(3)
    for _ in range(9):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_never_called_proves_nothing(tape: JournalBuilder) -> None:
    """An app that does nothing makes no calls either."""
    tape.idle(10)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_an_idle_period_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The scenario contains no idle period."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def read_at(tape: JournalBuilder, *moments_s: float, is_synced: bool = True) -> None:
    """Record an idle period of 11 s, and an equal read at each of *moments_s* after its begin."""
    if is_synced:
        tape.rows(tape.transaction("a"))
    tape.call("banking.accounts")
    tape.idle(11)
    began_s = tape.now_s
    for moment_s in moments_s:
        tape.now_s = began_s + moment_s
        tape.call("banking.transactions")


@pytest.mark.parametrize(
    ("moments_s", "verdict"),
    [
        ((2, 6, 10), Verdict.FAIL),
        ((0.2, 5.2, 10.2), Verdict.PASS),
        ((3, 8), Verdict.PASS),
        ((3, 3.3, 3.6, 8), Verdict.PASS),
    ],
)
def test_three_moments_of_a_long_period_are_polling(
    tape: JournalBuilder, moments_s: tuple[float, ...], verdict: Verdict
) -> None:
    """Reads within a second are one moment, and the first second belongs to the last event."""
    read_at(tape, *moments_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_app_may_look_for_the_first_data_from_time_to_time(tape: JournalBuilder) -> None:
    """Without a sync, only the rate is limited."""
    read_at(tape, 2, 6, 10, is_synced=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_the_finding_states_the_length_that_was_covered(tape: JournalBuilder) -> None:
    """Longer intervals of polling are not excluded."""
    read_at(tape, 2)

    assert PROBE.examine(tape.journal).observed == "no polling in 1 idle periods, the longest of 10 s"
