"""connects_on_consent: an end user who consented is connected once the app was notified, even without a callback."""

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ConnectsOnConsent, Verdict

PROBE = ConnectsOnConsent()


def test_connected_after_the_event_passes(tape: JournalBuilder) -> None:
    """The event was acknowledged, and the app reports a connection."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_unconnected_after_the_event_fails(tape: JournalBuilder) -> None:
    """The event was acknowledged, and the app reports no connection."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app acknowledged a consent but does not treat the end user as connected"


def test_a_refused_event_proves_nothing(tape: JournalBuilder) -> None:
    """An app that refused the event does not know of the consent."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received", outcome="refuse")
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_proves_nothing(tape: JournalBuilder) -> None:
    """A busy app may report the connection a moment later."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.effects({}, is_connected=False, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_reports_no_connection_state_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the missing hook ``connected``."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")
