"""keeps_consents_short: the stated consent period fits the stated use."""

import pytest

from fiskil_harness.journal import Declared
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsConsentsShort, Verdict

PROBE = KeepsConsentsShort()


@pytest.mark.parametrize(
    ("days", "one_off", "verdict"),
    [
        (90, False, Verdict.PASS),
        (365, False, Verdict.PASS),
        (1, True, Verdict.PASS),
        (0, True, Verdict.PASS),
        (2, True, Verdict.FAIL),
        (366, False, Verdict.FAIL),
    ],
)
def test_the_period_must_fit_the_use(tape: JournalBuilder, days: int, one_off: bool, verdict: Verdict) -> None:
    """One day is allowed for one-off use, and one year for any other."""
    tape.journal.write(Declared(consent_days=days, one_off=one_off, purpose="to lend money"))

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_long_period_gets_advice(tape: JournalBuilder) -> None:
    """The team may have its reasons."""
    tape.journal.write(Declared(consent_days=200, one_off=False, purpose="to lend money"))

    assert PROBE.examine(tape.journal).advice == ("consents last longer than half a year; check that this is needed",)


@pytest.mark.parametrize(
    ("stated", "hook"),
    [
        (Declared(), "app.facts.consent_days"),
        (Declared(consent_days=90), "app.facts.one_off"),
        (Declared(consent_days=90, one_off=False, purpose=" "), "app.facts.purpose"),
    ],
)
def test_a_missing_fact_is_inconclusive(tape: JournalBuilder, stated: Declared, hook: str) -> None:
    """The finding names each missing fact."""
    tape.journal.write(stated)

    assert PROBE.examine(tape.journal).hook == hook
