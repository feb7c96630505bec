"""connects_on_consent: an end user who consented is connected once the app was notified, even without a callback."""

import pytest

from fiskil_harness.journal import JourneyEnding
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

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was still busy when its state was read",
    )


def test_an_app_that_reports_no_connection_state_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the missing hook ``connected``."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


@pytest.mark.parametrize(("first", "second"), [(204, 500), (500, 204)])
def test_one_acknowledgement_of_a_message_is_enough(tape: JournalBuilder, first: int, second: int) -> None:
    """Fiskil delivers a refused message again, and an app may refuse the repetition of one that it has."""
    tape.journey("APPROVED")
    tape.deliver("e0", status=first)
    tape.deliver("e0", status=second, attempt=2)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("participant", "verdict"), [("", Verdict.INCONCLUSIVE), ("b", Verdict.FAIL)])
def test_every_later_message_about_the_end_user_must_be_acknowledged(
    tape: JournalBuilder, participant: str, verdict: Verdict
) -> None:
    """A refused message may be the one with which the app connects the end user; messages about others are not."""
    tape.journey("APPROVED")
    tape.deliver_event("consent.received")
    tape.deliver_event("banking.accounts.sync.completed", outcome="refuse", participant=participant)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("ending", ["USER_CANCELLED", "CONSENT_TIMEOUT"])
def test_a_journey_without_a_consent_is_not_judged(tape: JournalBuilder, ending: JourneyEnding) -> None:
    """Nothing was granted, so the end user need not be connected."""
    tape.journey(ending)
    tape.deliver_event("consent.received")
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app was notified of no consent that was granted",
    )


def test_every_end_user_is_judged_by_the_last_state(tape: JournalBuilder) -> None:
    """One end user is connected in the end, and another one is not."""
    for participant in ("a", "b"):
        tape.journey("APPROVED", participant=participant)
        tape.deliver_event("consent.received", participant=participant)
        tape.effects({}, is_connected=False, participant=participant)
        tape.effects({}, is_connected=True, participant=participant)
    assert PROBE.examine(tape.journal).examined == 2

    tape.effects({}, is_connected=False, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
