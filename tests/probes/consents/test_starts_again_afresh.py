"""starts_again_afresh: a journey after one that failed has an auth session of its own and works."""

import pytest

from fiskil_harness.probes import StartsAgainAfresh, Verdict
from tests.probes.tape import Tape

PROBE = StartsAgainAfresh()
CANCELLED = "AUTH_SESSION_CANCELLED"


def test_a_new_session_that_is_approved_passes(tape: Tape) -> None:
    """Cancelled, then approved under another session."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey("APPROVED", session="s2", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_ended_session_handed_out_again_fails(tape: Tape) -> None:
    """Any ending uses a session up."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey(CANCELLED, session="s1", attempt=2)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "the auth session that had ended with AUTH_SESSION_CANCELLED was handed out again"


def test_a_session_that_was_only_left_may_go_on(tape: Tape) -> None:
    """Closing the tab ends nothing; the session is open for five days."""
    tape.journey("ABANDONED", session="s1", attempt=1)
    tape.journey("APPROVED", session="s1", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("status", "line"), [(400, "start_session: 400"), (None, "start_session: no answer")])
def test_no_way_back_fails(tape: Tape, status: int | None, line: str) -> None:
    """The app refuses to start a journey though the API is well."""
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.call("end_users.list", took_s=0.1)
    tape.hook("start_session", status=status)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no journey could be started after the one that ended with AUTH_SESSION_CANCELLED"
    assert finding.evidence == (f"attempt 1: {CANCELLED}", line)


@pytest.mark.parametrize(("status", "bites"), [(503, ()), (400, ()), (None, ()), (200, ("TruncatedJson(keep_percent=50)",))])
def test_a_broken_api_excuses_the_app(tape: Tape, status: int | None, bites: tuple[str, ...]) -> None:
    """No session can be opened when Fiskil does not open one."""
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.call("auth_session", status=status, took_s=0.1, bites=bites)
    tape.hook("start_session", status=502)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_trouble_at_another_time_excuses_nothing(tape: Tape) -> None:
    """The API failed before the app was asked, and again long after."""
    tape.journey(CANCELLED)
    tape.call("auth_session", status=503)
    tape.wait(1)
    tape.hook("start_session", status=502)
    tape.call("auth_session", status=503)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_consents_without_a_session_are_not_compared(tape: Tape) -> None:
    """Where the app opens no sessions, none can be handed out again."""
    tape.journey("APPROVED", session="", attempt=1)
    tape.journey("APPROVED", session="", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_failing_twice_on_purpose_proves_nothing(tape: Tape) -> None:
    """Two cancelled journeys with two sessions are right, but nothing was approved."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey(CANCELLED, session="s2", attempt=2)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("name", "status"), [("start_session", 200), ("refresh", 409)])
def test_only_a_refused_session_bars_the_way(tape: Tape, name: str, status: int) -> None:
    """A session that was opened and not walked yet, or another request that failed, says nothing."""
    tape.hook("start_session", status=409)
    tape.journey(CANCELLED)
    tape.wait(1)
    tape.hook(name, status=status)

    assert PROBE.examine(tape.journal).observed == "no journey was approved after one that came to nothing"


def test_a_refusal_after_an_approval_is_another_question(tape: Tape) -> None:
    """An app may refuse to connect whom it has connected."""
    tape.journey(CANCELLED, session="s1", attempt=1)
    tape.journey("APPROVED", session="s2", attempt=2)
    tape.wait(1)
    tape.hook("start_session", status=409)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("took_s", "verdict"), [(1, Verdict.FAIL), (17, Verdict.INCONCLUSIVE)])
def test_an_answer_that_nobody_waited_for_is_no_refusal(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """A request that broke off is one; after the harness stopped waiting the session may have been opened."""
    tape.journey(CANCELLED)
    tape.wait(took_s + 1)
    tape.hook("start_session", status=None, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict
