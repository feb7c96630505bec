"""bounds_its_walks: no walk asks for one page over and over, however it is led."""

import pytest

from fiskil_harness.probes import BoundsItsWalks, Verdict
from fiskil_harness.probes.api_client.bounds_its_walks import MOST
from tests.probes.tape import ALICE, Tape

PROBE = BoundsItsWalks()
REPEATED = ("PageRepeated()",)


def first(tape: Tape) -> None:
    """A walk begins."""
    tape.call("banking.transactions")


def second(tape: Tape, *, times: int, bites: tuple[str, ...] = REPEATED) -> None:
    """Its second page is asked for, which leads to itself."""
    for _ in range(times):
        tape.call("banking.transactions", query=f"end_user_id={ALICE}&page%5Bafter%5D=c1", bites=bites)


def test_who_notices_at_once_passes(tape: Tape) -> None:
    """One page, and its link is known."""
    first(tape)
    second(tape, times=1)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_bound_on_pages_passes(tape: Tape) -> None:
    """Clumsy, and it ends."""
    first(tape)
    second(tape, times=MOST)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_beginning_again_is_another_walk(tape: Tape) -> None:
    """An app that tries again with every retry asks often, and each of its walks ends."""
    for _ in range(3):
        first(tape)
        second(tape, times=MOST // 2)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_walk_for_ever_fails(tape: Tape) -> None:
    """Nobody's list is that page two hundred times over."""
    first(tape)
    second(tape, times=MOST + 1)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == f"one walk of banking.transactions asked for the same page more than {MOST} times"


def test_a_walk_under_way_is_not_judged(tape: Tape) -> None:
    """On a slow machine nothing may have come to an end yet."""
    first(tape)
    second(tape, times=MOST)
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_client_of_first_pages_cannot_be_judged(tape: Tape) -> None:
    """Who follows no link cannot be led."""
    tape.call("banking.transactions", bites=("CursorLoop()",))
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app followed no link to a next page, so none could lead it in a circle"


@pytest.mark.parametrize("bites", [(), ("Overlap(rows=1)",)])
def test_without_a_circle_there_is_nothing_to_see(tape: Tape, bites: tuple[str, ...]) -> None:
    """A list that ends is walked to its end."""
    first(tape)
    second(tape, times=2, bites=bites)

    assert PROBE.examine(tape.journal).observed == "no walk was led in a circle"
