"""polls_sparingly: while nothing happens, no reading is repeated more than every other second."""

import pytest

from fiskil_harness.probes import PollsSparingly, Verdict
from tests.probes.tape import Tape

PROBE = PollsSparingly()


def test_silence_passes(tape: Tape) -> None:
    """An app that has read before and waits now is what the practice asks for."""
    tape.call("banking.transactions")
    tape.idle(10)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("count", "verdict"), [(5, Verdict.PASS), (6, Verdict.FAIL)])
def test_the_bound_is_one_equal_reading_every_other_second(tape: Tape, count: int, verdict: Verdict) -> None:
    """In ten idle seconds five equal reads are allowed."""
    tape.idle(10)
    for _ in range(count):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_window_that_moves_along_is_polling(tape: Tape) -> None:
    """Interpretations that differ in ``from`` alone are the same question."""
    tape.idle(2)
    for second in range(4):
        tape.call("banking.transactions", query=f"end_user_id=eu_alice&from=2026-10-01T00%3A00%3A0{second}Z")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "more than 2 equal reads in 2 idle seconds"


def test_pages_of_one_walk_are_no_polling(tape: Tape) -> None:
    """A walk that falls into the stretch asks for other pages each time."""
    tape.idle(2)
    for page in range(9):
        tape.call("banking.transactions", query=f"end_user_id=eu_alice&page%5Bafter%5D=p{page}")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_readings_before_and_after_do_not_count(tape: Tape) -> None:
    """Only the stretch itself is watched."""
    for _ in range(9):
        tape.call("banking.transactions")
    tape.idle(2)
    tape.wait(3)
    for _ in range(9):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_never_called_proves_nothing(tape: Tape) -> None:
    """The silence of an app that does nothing at all is no virtue."""
    tape.idle(10)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_an_idle_stretch_there_is_nothing_to_see(tape: Tape) -> None:
    """Nobody watched."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
