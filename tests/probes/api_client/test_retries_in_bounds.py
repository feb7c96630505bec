"""retries_in_bounds: failing calls are repeated with pauses, and no end user is created blindly twice."""

import pytest

from fiskil_harness.journal import HookCall
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RetriesInBounds, Verdict

PROBE = RetriesInBounds()
OUTAGE = ("Status(status=503, retry_after_s=None)",)
LOST = ("ResetPeer(after_bytes=0)",)


def test_backing_off_passes(tape: JournalBuilder) -> None:
    """Seven attempts over several seconds are few enough."""
    for number in range(7):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
        tape.wait(0.1 * 2**number)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_retry_storm_fails(tape: JournalBuilder) -> None:
    """A call every 50 ms during an outage is too many."""
    for _ in range(40):
        tape.call("banking.transactions", status=503, bites=OUTAGE)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("retry storm: banking.transactions",))


def test_many_calls_over_a_long_time_are_no_storm(tape: JournalBuilder) -> None:
    """One attempt per second may go on as long as the outage does."""
    for _ in range(40):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
        tape.wait(1)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_creating_blindly_again_fails(tape: JournalBuilder) -> None:
    """The first creation may have worked, so the second may create a second end user."""
    tape.call("end_users.create", bites=LOST)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_lookup_before_creating_again_passes(tape: JournalBuilder) -> None:
    """After a lookup the app knows if the end user exists."""
    tape.call("end_users.create", bites=LOST)
    tape.call("end_users.list", query="email=a%40example.com")
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_creating_for_a_new_request_passes(tape: JournalBuilder) -> None:
    """A new request of the end user is no blind retry."""
    tape.call("end_users.create", bites=LOST)
    tape.hook("start_session", status=502, took_s=0.01)
    tape.wait(1)
    tape.hook("start_session", took_s=0.5)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refusal_may_be_repeated(tape: JournalBuilder) -> None:
    """After a complete 503 the app knows that nothing was created."""
    tape.call("end_users.create", status=503, bites=OUTAGE)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(("starts", "verdict"), [(1, Verdict.FAIL), (2, Verdict.PASS)])
def test_two_requests_at_once_are_no_repetition(tape: JournalBuilder, starts: int, verdict: Verdict) -> None:
    """Each of two requests of one end user may create an end user."""
    tape.call("end_users.create", bites=("Latency(latency_ms=100)",))
    tape.call("end_users.create", bites=("Latency(latency_ms=100)",))
    for _ in range(starts):
        tape.hook("start_session", took_s=1)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_another_end_user_may_be_created(tape: JournalBuilder) -> None:
    """Two creations with different bodies are two people."""
    tape.call("end_users.create", bites=LOST, request_body=b'{"email":"a@example.com"}')
    tape.call("end_users.create", request_body=b'{"email":"b@example.com"}')

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_a_fault_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """Nothing failed, so nothing was repeated."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("calls", "verdict"), [(20, Verdict.PASS), (21, Verdict.FAIL)])
def test_the_limit_is_twenty_calls_in_three_seconds(tape: JournalBuilder, calls: int, verdict: Verdict) -> None:
    """Calls that succeed do not count."""
    for _ in range(calls):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
    for _ in range(3):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_lookup_before_the_lost_response_does_not_count(tape: JournalBuilder) -> None:
    """Only a lookup after the lost response shows the outcome of the creation."""
    tape.call("end_users.list", query="email=a%40example.com")
    tape.call("end_users.create", bites=LOST)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("status", "bite"),
    [
        (502, "ErrorBody(status=502, form=html)"),
        (504, "Status(status=504, retry_after_s=None)"),
        (200, "TruncatedJson(keep_percent=50)"),
        (200, "ErrorInside(rows=empty)"),
        (None, "Timeout(timeout_ms=0, stream=downstream)"),
        (None, "ResetBefore(delay_ms=0, stream=upstream)"),
    ],
)
def test_a_response_that_leaves_the_outcome_open_is_lost(tape: JournalBuilder, status: int | None, bite: str) -> None:
    """A gateway does not know the outcome, and an unreadable response does not state it."""
    tape.call("end_users.create", status=status, bites=(bite,))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
def test_an_error_response_of_the_api_is_not_lost(tape: JournalBuilder, status: int) -> None:
    """The app renews a refused token, waits out an overload, and trusts the API's own error."""
    tape.call("end_users.create", status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_pending_response_may_be_followed_by_a_repetition(tape: JournalBuilder) -> None:
    """A 202 demands polling."""
    tape.call("end_users.create", status=202, bites=("Pending(retry_after_s=None)",))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_calls_that_succeed_despite_a_fault_are_no_retries(tape: JournalBuilder) -> None:
    """An app may request a token for each call, and the fault changed only a header."""
    for _ in range(30):
        tape.call("token", bites=("DateSkew(skew_s=86400)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("began_s", "ended_s", "verdict"),
    [
        (-1.0, 1.0, Verdict.PASS),
        (0.0, 1.0, Verdict.PASS),
        (-1.0, 0.0, Verdict.PASS),
        (0.001, 1.0, Verdict.FAIL),
        (-1.0, -0.001, Verdict.FAIL),
    ],
)
def test_two_requests_in_progress_may_each_create_an_end_user(
    tape: JournalBuilder, began_s: float, ended_s: float, verdict: Verdict
) -> None:
    """Two requests count from their begin to their response, relative to the second creation."""
    tape.call("end_users.create", bites=LOST, at_s=4.5)
    again = tape.call("end_users.create", at_s=5.0)
    for _ in range(2):
        took_s = ended_s - began_s
        tape.write(HookCall(at_s=again.at_s + ended_s, participant="", hook="start_session", status=200, took_s=took_s))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("began_s", "verdict"), [(2.0, Verdict.FAIL), (2.5, Verdict.PASS), (3.0, Verdict.FAIL)])
def test_a_new_request_arrives_between_the_two_creations(tape: JournalBuilder, began_s: float, verdict: Verdict) -> None:
    """A request that arrives with one of the creations has not caused the second one."""
    tape.call("end_users.create", bites=LOST, at_s=2.0)
    tape.call("end_users.create", at_s=3.0)
    tape.write(HookCall(at_s=began_s + 2, participant="", hook="refresh", status=200, took_s=2.0))

    assert PROBE.examine(tape.journal).verdict is verdict
