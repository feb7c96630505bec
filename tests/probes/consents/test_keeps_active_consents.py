"""keeps_active_consents: a disconnect that failed leaves the end user connected in the app."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsActiveConsents, Verdict

PROBE = KeepsActiveConsents()


def fail_to_disconnect(tape: JournalBuilder, *, status: int | None = 502, was_connected: bool | None = True) -> None:
    """A connected end user disconnects, and the app responds with *status*."""
    tape.consent("arr1")
    tape.effects({}, moment="before", is_connected=was_connected)
    tape.wait(1)
    tape.hook("revoke", status=status)


def test_an_end_user_who_seems_disconnected_fails(tape: JournalBuilder) -> None:
    """The end user can no longer end the consent."""
    fail_to_disconnect(tape)
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the app reported that a disconnect failed, but treats the end user as disconnected",
    )


def test_a_connected_end_user_passes(tape: JournalBuilder) -> None:
    """They can try again."""
    fail_to_disconnect(tape)
    tape.effects({}, is_connected=True)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "the end user is still connected after a disconnect that failed"


@pytest.mark.parametrize("pending", [None, 1])
def test_an_app_that_may_repeat_the_revocation_is_not_judged(tape: JournalBuilder, pending: int | None) -> None:
    """It has unfinished work, or does not report that it has none."""
    fail_to_disconnect(tape)
    tape.effects({}, is_connected=False, pending=pending)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("status", [202, 204, 429, None])
def test_a_disconnect_that_did_not_fail_is_not_judged(tape: JournalBuilder, status: int | None) -> None:
    """The app promised to disconnect, or did not say what happened."""
    fail_to_disconnect(tape, status=status)
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no disconnect failed while a consent stayed active",
    )


def test_a_consent_that_ended_nevertheless_is_not_judged(tape: JournalBuilder) -> None:
    """The response to the revocation was lost, and the event reports the end."""
    fail_to_disconnect(tape)
    tape.consent("arr1", is_active=False)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("was_connected", [None, False])
def test_an_end_user_who_never_seemed_connected_is_not_judged(tape: JournalBuilder, was_connected: bool | None) -> None:
    """The disconnect has changed nothing."""
    fail_to_disconnect(tape, was_connected=was_connected)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("is_connected", [False, True])
def test_a_redirect_after_a_failed_call_is_judged(tape: JournalBuilder, is_connected: bool) -> None:
    """The page with the error may follow, so the end user must still be able to try again."""
    tape.consent("arr1")
    tape.effects({}, moment="before", is_connected=True)
    tape.wait(1)
    tape.call("consents.revoke", status=503, path="/v1/consent/arr1", bites=("Status(status=503)",))
    tape.hook("revoke", status=303, took_s=0.5)
    tape.effects({}, is_connected=is_connected)

    assert PROBE.examine(tape.journal).verdict is (Verdict.PASS if is_connected else Verdict.FAIL)


def test_a_redirect_without_a_failed_call_is_not_judged(tape: JournalBuilder) -> None:
    """It may lead to a page for logging in."""
    fail_to_disconnect(tape, status=303)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("is_connected", "earlier_s"), [(None, 0.0), (False, 1.0), (True, 1.0)])
def test_an_end_user_whose_state_was_not_read_afterwards_is_not_judged(
    tape: JournalBuilder, is_connected: bool | None, earlier_s: float
) -> None:
    """The last state does not say whether the end user is connected, or is from before the disconnect."""
    fail_to_disconnect(tape)
    tape.wait(-earlier_s)
    tape.effects({}, is_connected=is_connected)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.connected")


@pytest.mark.parametrize(("second", "verdict"), [(204, Verdict.INCONCLUSIVE), (502, Verdict.FAIL)])
def test_only_the_last_disconnect_is_judged(tape: JournalBuilder, second: int, verdict: Verdict) -> None:
    """The end user tried again, and the app may have promised to disconnect them."""
    fail_to_disconnect(tape)
    tape.wait(1)
    tape.hook("revoke", status=second)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is verdict
