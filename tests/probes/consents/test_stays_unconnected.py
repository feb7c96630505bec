"""stays_unconnected: an end user without a consent is not connected, in an app that reports connections."""

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import StaysUnconnected, Verdict

PROBE = StaysUnconnected()
CANCELLED = "AUTH_SESSION_CANCELLED"


def test_unconnected_until_the_consent_passes(tape: JournalBuilder) -> None:
    """The app reports no connection after the cancelled journey, and one after the approved journey."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_connected_without_a_consent_fails(tape: JournalBuilder) -> None:
    """The finding names the ending that the app treated as a consent."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=True, moment="after")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app treats the end user as connected after AUTH_SESSION_CANCELLED"


def test_an_app_that_never_reports_a_connection_proves_nothing(tape: JournalBuilder) -> None:
    """A wrong path in the config reports no connection for every end user."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_an_app_that_reports_no_connection_state_is_inconclusive(tape: JournalBuilder) -> None:
    """The finding names the missing hook ``connected``."""
    tape.journey(CANCELLED)
    tape.effects({}, moment="after")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_an_unknown_end_user_is_unconnected(tape: JournalBuilder) -> None:
    """No state after the cancelled journey counts as not connected."""
    tape.journey(CANCELLED)
    tape.effects(None, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reading_before_any_consent_is_advice(tape: JournalBuilder) -> None:
    """An app may check if there is data after all."""
    tape.journey(CANCELLED)
    tape.call("banking.accounts")
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("banking.accounts was read although no end user had consented",)


def test_without_an_unsuccessful_journey_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """An approved journey proves nothing here."""
    tape.journey("APPROVED")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_states_before_the_unsuccessful_journey_do_not_count(tape: JournalBuilder) -> None:
    """Only the states after the cancelled journey are judged."""
    tape.effects({}, is_connected=True)
    tape.journey(CANCELLED)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app's state was not read after the unsuccessful journey"


def test_another_end_user_may_be_connected(tape: JournalBuilder) -> None:
    """An end user who consented is connected, whatever another end user does."""
    tape.deliver_event("consent.received", participant="b")
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.effects({}, is_connected=True, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_consent_without_a_journey_connects_as_well(tape: JournalBuilder) -> None:
    """The event counts, wherever the consent was given."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.deliver_event("consent.received")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
