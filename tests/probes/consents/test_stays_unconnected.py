"""stays_unconnected: who did not consent is not connected, in the eyes of an app that can tell."""

from fiskil_harness.probes import StaysUnconnected, Verdict
from tests.probes.tape import Tape

PROBE = StaysUnconnected()
CANCELLED = "AUTH_SESSION_CANCELLED"


def test_unconnected_until_the_consent_passes(tape: Tape) -> None:
    """No after the cancelled journey, yes after the approved one."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_connected_without_a_consent_fails(tape: Tape) -> None:
    """The finding says which ending the app took for a yes."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=True, moment="after")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the app counts the end user as connected after AUTH_SESSION_CANCELLED"


def test_an_app_that_never_says_yes_proves_nothing(tape: Tape) -> None:
    """A wrong path in the config reads no for everybody."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_an_app_that_does_not_tell_is_named_the_hook(tape: Tape) -> None:
    """Without ``connected`` there is nothing to read."""
    tape.journey(CANCELLED)
    tape.effects({}, moment="after")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


def test_an_end_user_that_the_app_does_not_know_yet_is_unconnected(tape: Tape) -> None:
    """No state at all after the cancelled journey is as good as a no."""
    tape.journey(CANCELLED)
    tape.effects(None, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_reading_in_vain_is_advice(tape: Tape) -> None:
    """An app may look whether there is data after all."""
    tape.journey(CANCELLED)
    tape.call("banking.accounts")
    tape.effects({}, is_connected=False, moment="after")
    tape.journey("APPROVED", attempt=2)
    tape.effects({}, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("banking.accounts was read though nobody had consented",)


def test_without_a_failed_journey_there_is_nothing_to_see(tape: Tape) -> None:
    """Approval alone is another question."""
    tape.journey("APPROVED")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_looks_before_the_failure_do_not_count(tape: Tape) -> None:
    """Only what the app tells after the cancelled journey is an answer to it."""
    tape.effects({}, is_connected=True)
    tape.journey(CANCELLED)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "the app was not looked at after the journey that came to nothing"


def test_another_end_user_may_be_connected(tape: Tape) -> None:
    """Who consented is connected, whatever somebody else does."""
    tape.told("consent.received", participant="b")
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.effects({}, is_connected=True, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_consent_without_a_journey_connects_as_well(tape: Tape) -> None:
    """The event is the truth, wherever the consent was given."""
    tape.journey(CANCELLED)
    tape.effects({}, is_connected=False, moment="after")
    tape.told("consent.received")
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
