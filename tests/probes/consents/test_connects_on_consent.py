"""connects_on_consent: who consented is connected once the app was told, whatever became of the browser."""

from fiskil_harness.probes import ConnectsOnConsent, Verdict
from tests.probes.tape import Tape

PROBE = ConnectsOnConsent()


def test_connected_after_the_event_passes(tape: Tape) -> None:
    """The event was acknowledged, and the app says yes."""
    tape.journey("APPROVED")
    tape.told("consent.received")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_unconnected_after_the_event_fails(tape: Tape) -> None:
    """The app was told and still says no."""
    tape.journey("APPROVED")
    tape.told("consent.received")
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app was told of a consent and does not count the end user as connected"


def test_a_refused_event_proves_nothing(tape: Tape) -> None:
    """Who refused to be told knows nothing."""
    tape.journey("APPROVED")
    tape.told("consent.received", outcome="refuse")
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_under_way_proves_nothing(tape: Tape) -> None:
    """Whoever is still working may say yes in a moment."""
    tape.journey("APPROVED")
    tape.told("consent.received")
    tape.effects({}, is_connected=False, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_does_not_tell_is_named_what_it_lacks(tape: Tape) -> None:
    """Without ``connected`` there is nothing to read."""
    tape.journey("APPROVED")
    tape.told("consent.received")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")
