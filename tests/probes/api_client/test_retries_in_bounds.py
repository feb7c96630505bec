"""retries_in_bounds: failing calls are repeated with pauses, and an end user is never created blindly twice."""

import pytest

from fiskil_harness.probes import RetriesInBounds, Verdict
from tests.probes.tape import Tape

PROBE = RetriesInBounds()
OUTAGE = ("Status(status=503, retry_after_s=None)",)
LOST = ("ResetPeer(after_bytes=0)",)


def test_backing_off_passes(tape: Tape) -> None:
    """Seven tries over several seconds are patience."""
    for number in range(7):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
        tape.wait(0.1 * 2**number)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_storm_fails(tape: Tape) -> None:
    """A call each 50 ms against an outage is a storm."""
    for _ in range(40):
        tape.call("banking.transactions", status=503, bites=OUTAGE)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("stormed banking.transactions",))


def test_many_calls_over_a_long_time_are_no_storm(tape: Tape) -> None:
    """One try a second may go on as long as the outage does."""
    for _ in range(40):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
        tape.wait(1)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_creating_blindly_again_fails(tape: Tape) -> None:
    """The first creation may have worked, so the second may be a second end user."""
    tape.call("end_users.create", bites=LOST)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_looking_before_creating_again_passes(tape: Tape) -> None:
    """Who looks first knows."""
    tape.call("end_users.create", bites=LOST)
    tape.call("end_users.list", query="email=a%40example.com")
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_creating_for_a_new_request_passes(tape: Tape) -> None:
    """The person asked again; that is no blind retry."""
    tape.call("end_users.create", bites=LOST)
    tape.hook("start_session", status=502, took_s=0.01)
    tape.wait(1)
    tape.hook("start_session", took_s=0.5)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_refusal_may_be_repeated(tape: Tape) -> None:
    """After a whole 503 the app knows that nothing was created."""
    tape.call("end_users.create", status=503, bites=OUTAGE)
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_another_end_user_may_be_created(tape: Tape) -> None:
    """Two creations with different bodies are two people."""
    tape.call("end_users.create", bites=LOST, request_body=b'{"email":"a@example.com"}')
    tape.call("end_users.create", request_body=b'{"email":"b@example.com"}')

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_without_a_bite_there_is_nothing_to_see(tape: Tape) -> None:
    """Nothing failed, so nothing was repeated."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("tries", "verdict"), [(20, Verdict.PASS), (21, Verdict.FAIL)])
def test_the_bound_is_twenty_in_three_seconds(tape: Tape, tries: int, verdict: Verdict) -> None:
    """Calls that succeed do not count."""
    for _ in range(tries):
        tape.call("banking.transactions", status=503, bites=OUTAGE)
    for _ in range(3):
        tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_look_before_the_loss_tells_nothing(tape: Tape) -> None:
    """Only after the lost answer can a look show what became of the creation."""
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
def test_whatever_leaves_the_outcome_open_is_a_lost_answer(tape: Tape, status: int | None, bite: str) -> None:
    """A gateway does not know either, and what cannot be read says nothing."""
    tape.call("end_users.create", status=status, bites=(bite,))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize("status", [401, 408, 429, 500, 503])
def test_an_answer_of_the_api_itself_is_no_lost_one(tape: Tape, status: int) -> None:
    """A refused token is renewed, an overload passes, and what its own error left undone is not for us to say."""
    tape.call("end_users.create", status=status, bites=(f"Status(status={status}, retry_after_s=None)",))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_not_ready_yet_may_be_asked_again(tape: Tape) -> None:
    """202 is a poll's answer."""
    tape.call("end_users.create", status=202, bites=("Pending(retry_after_s=None)",))
    tape.call("end_users.create")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
