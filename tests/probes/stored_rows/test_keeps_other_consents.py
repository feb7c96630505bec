"""keeps_other_consents: the end of one consent takes no row of another along."""

from typing import Any

import pytest

from fiskil_harness.probes import KeepsOtherConsents, Verdict
from tests.probes.tape import Tape

PROBE = KeepsOtherConsents()
FIRST, SECOND = (Tape.transaction(key, arrangement_id=consent) for key, consent in (("a", "arr1"), ("b", "arr2")))


def one_ends(tape: Tape, *, outcome: str = "ack") -> None:
    """Two consents bring a row each, and the second is revoked."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(FIRST, SECOND)
    tape.effects([FIRST, SECOND], moment="before")
    tape.consent("arr2", is_active=False)
    tape.told("consent.revoked", consent="arr2", outcome=outcome)


@pytest.mark.parametrize("after", [[], None])
def test_rows_of_the_other_that_go_along_fail(tape: Tape, after: Any) -> None:
    """That consent is active still."""
    one_ends(tape)
    tape.effects(after)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("gone transactions a",))


def test_rows_of_the_other_that_stay_pass(tape: Tape) -> None:
    """Each consent by itself."""
    one_ends(tape)
    tape.effects([FIRST])

    assert (PROBE.examine(tape.journal).verdict, PROBE.examine(tape.journal).examined) == (Verdict.PASS, 1)


def test_an_event_that_was_refused_tells_nothing(tape: Tape) -> None:
    """Then the rows went for another reason."""
    one_ends(tape, outcome="refuse")
    tape.effects([])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_two_that_end_are_no_experiment(tape: Tape) -> None:
    """Nothing goes on."""
    one_ends(tape)
    tape.consent("arr1", is_active=False)
    tape.told("consent.revoked", consent="arr1")
    tape.effects([])

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """It may be about to read the rows anew."""
    one_ends(tape)
    tape.effects([], pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_showed_nothing_before_proves_nothing(tape: Tape) -> None:
    """Its state shows no rows."""
    tape.consent("arr1")
    tape.consent("arr2")
    tape.rows(FIRST, SECOND)
    tape.effects({}, moment="before")
    tape.consent("arr2", is_active=False)
    tape.told("consent.revoked", consent="arr2")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
