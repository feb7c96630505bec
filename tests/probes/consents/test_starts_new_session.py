"""starts_new_session: a journey after an unsuccessful one gets a new auth session and can be approved."""

import pytest

from fiskil_harness.journal import JourneyEnding
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import StartsNewSession, Verdict

PROBE = StartsNewSession()
CANCELLED = "AUTH_SESSION_CANCELLED"


def test_a_new_session_that_is_approved_passes(tape: JournalBuilder) -> None:
    """The first journey was cancelled, and the second was approved in another session."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey("APPROVED", session="s2", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_using_an_ended_session_again_fails(tape: JournalBuilder) -> None:
    """Every ending closes a session."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey(CANCELLED, session="s1", attempt=2)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the auth session that had ended with AUTH_SESSION_CANCELLED was used again"
    assert finding.evidence == (f"attempt 1: {CANCELLED}", f"attempt 2: {CANCELLED}")


def test_an_abandoned_session_may_be_used_again(tape: JournalBuilder) -> None:
    """Closing the tab does not end the session, which stays open for five days."""
    tape.journey("ABANDONED", session="s1", attempt=1)
    tape.journey("APPROVED", session="s1", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("status", "line"), [(400, "start_session: 400"), (None, "start_session: no response")])
def test_a_refused_new_journey_fails(tape: JournalBuilder, status: int | None, line: str) -> None:
    """The app refuses to start a journey although the API works."""
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.call("end_users.list", took_s=0.1)
    tape.hook("start_session", status=status)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no journey could be started after the one that ended with AUTH_SESSION_CANCELLED"
    assert finding.evidence == (f"attempt 1: {CANCELLED}", line)


@pytest.mark.parametrize(("status", "bites"), [(503, ()), (400, ()), (None, ()), (200, ("TruncatedJson(keep_percent=50)",))])
def test_a_broken_api_is_inconclusive(tape: JournalBuilder, status: int | None, bites: tuple[str, ...]) -> None:
    """The app can create no session if Fiskil refuses it."""
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.call("auth_session", status=status, took_s=0.1, bites=bites)
    tape.hook("start_session", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_api_failure_at_another_time_is_no_excuse(tape: JournalBuilder) -> None:
    """The API failed before the hook and again long after it."""
    tape.journey(CANCELLED)
    tape.call("auth_session", status=503)
    tape.wait(1)
    tape.hook("start_session", status=502)
    tape.call("auth_session", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_consents_without_a_session_are_not_compared(tape: JournalBuilder) -> None:
    """An app that creates no sessions cannot use one again."""
    tape.journey("APPROVED", session="", attempt=1)
    tape.journey("APPROVED", session="", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_two_cancelled_journeys_prove_nothing(tape: JournalBuilder) -> None:
    """Two cancelled journeys with two sessions are correct, but none was approved."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey(CANCELLED, session="s2", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("name", "status"), [("start_session", 200), ("refresh", 409)])
def test_only_a_refused_session_counts_as_refusal(tape: JournalBuilder, name: str, status: int) -> None:
    """A session that was created and not used yet, or another failed hook, proves nothing."""
    tape.hook("start_session", status=409)
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.hook(name, status=status)

    assert PROBE.examine(tape.journal).observed == "no journey was approved after an unsuccessful one"


def test_a_refusal_after_an_approval_is_not_judged(tape: JournalBuilder) -> None:
    """An app may refuse to connect an end user who is already connected."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey("APPROVED", session="s2", attempt=2)
    tape.wait(1)
    tape.hook("start_session", status=409)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("took_s", "verdict"), [(1, Verdict.FAIL), (17, Verdict.INCONCLUSIVE)])
def test_a_hook_that_timed_out_is_no_refusal(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """A broken connection counts as one; after a timeout the session may have been created."""
    tape.journey(CANCELLED)
    tape.wait(took_s + 1)
    tape.hook("start_session", status=None, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("earlier", [200, 409])
def test_a_refusal_after_other_requests_fails(tape: JournalBuilder, earlier: int) -> None:
    """The request that began the cancelled journey says nothing about the next one."""
    tape.hook("start_session", status=earlier)
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.hook("refresh", status=200)
    tape.wait(1)
    tape.hook("start_session", status=409)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_refusal_of_another_customer_is_not_judged(tape: JournalBuilder) -> None:
    """That customer has had no journey before."""
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.hook("start_session", status=409, participant="b")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("first", ["APPROVED", "ABANDONED", CANCELLED])
def test_every_two_journeys_in_a_row_are_compared(tape: JournalBuilder, first: JourneyEnding) -> None:
    """The second journey used its session correctly, and the third one used it again."""
    tape.journey(first, session="s1", attempt=1)
    tape.journey(CANCELLED, session="s2", attempt=2)
    tape.journey(CANCELLED, session="s2", attempt=3)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL
