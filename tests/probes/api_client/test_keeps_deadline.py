"""keeps_deadline: an endless answer is abandoned by the call deadline, and a request answered by its own."""

import pytest

from fiskil_harness.journal import Abandoned, Bite, MachinePaused
from fiskil_harness.probes import KeepsDeadline, Verdict
from tests.probes.tape import Tape

PROBE = KeepsDeadline()
STALL, DRIP = ("Stall(after_bytes=100)",), ("Drip(every_ms=200)",)


@pytest.mark.parametrize("bites", [STALL, DRIP])
def test_giving_up_in_time_passes(tape: Tape, bites: tuple[str, ...]) -> None:
    """Four seconds promised, four seconds taken."""
    tape.call("banking.transactions", took_s=4, bites=bites)
    tape.hook("refresh", status=504, took_s=4.2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("bites", [STALL, DRIP])
def test_reading_on_fails(tape: Tape, bites: tuple[str, ...]) -> None:
    """A limit on each read never fires while something drips."""
    tape.call("banking.transactions", took_s=30, bites=bites)
    tape.hook("refresh", status=None, took_s=17)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was still being read after the call deadline"


def test_a_late_answer_to_whoever_asked_fails(tape: Tape) -> None:
    """Each call was given up in time, but there were too many of them."""
    for _ in range(4):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.hook("refresh", status=504, took_s=16.2)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the app did not answer refresh by its request deadline")


def test_a_hook_before_the_stall_does_not_count(tape: Tape) -> None:
    """Only requests that fell into the endless answer are measured."""
    tape.wait(60)
    tape.hook("start_session", took_s=50)
    tape.call("banking.transactions", took_s=4, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_drip_that_came_to_its_end_is_no_experiment(tape: Tape) -> None:
    """A short answer drips to its end before any deadline."""
    tape.call(
        "banking.transactions",
        took_s=2,
        bites=DRIP,
        response_headers=(("content-length", "2"),),
        response_body=b"{}",
    )

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_that_we_ended_early_proves_nothing(tape: Tape) -> None:
    """The scenario was over before the deadline, and the connection was dropped by us."""
    tape.call("banking.transactions", took_s=1, bites=STALL, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_that_we_ended_late_fails(tape: Tape) -> None:
    """We had to end it, long after the deadline."""
    tape.call("banking.transactions", took_s=20, bites=STALL, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("took_s", "verdict"), [(4.9, Verdict.PASS), (5.2, Verdict.FAIL)])
def test_a_second_of_slack_is_given(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """Four seconds promised and one for a slow machine."""
    tape.call("banking.transactions", took_s=took_s, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_without_an_endless_answer_there_is_nothing_to_see(tape: Tape) -> None:
    """A slow request without a stall is another question."""
    tape.hook("refresh", took_s=50)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no answer was stalled or dripped for as long as the call deadline"


def test_a_connection_left_open_by_accident_is_no_reading(tape: Tape) -> None:
    """Whoever asked was told of the failure in time; nobody waits any more."""
    tape.wait(4)
    tape.hook("refresh", status=504, took_s=4)
    tape.now_s = 1.1
    tape.call("banking.transactions", took_s=20, bites=DRIP, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_in_the_background_has_a_deadline_too(tape: Tape) -> None:
    """An app that answers at once and reads on later is still reading."""
    tape.wait(0.2)
    tape.hook("refresh", status=202, took_s=0.2)
    tape.now_s = 1.1
    tape.call("banking.transactions", took_s=20, bites=DRIP, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_nobody_is_held_to_a_call_deadline_that_is_a_default() -> None:
    """An app whose own deadline is longer than ours is asked to tell it."""
    tape = Tape(assumed=("call_deadline_s",))
    tape.call("banking.transactions", took_s=30, bites=STALL)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.call_deadline_s")


@pytest.mark.parametrize(("status", "took_s"), [(504, 16), (None, 17)])
def test_nobody_is_held_to_a_request_deadline_that_is_a_default(status: int | None, took_s: float) -> None:
    """Whether the answer came late, or the harness stopped waiting for it."""
    tape = Tape(assumed=("request_deadline_s",))
    tape.call("banking.transactions", took_s=4, bites=STALL)
    tape.hook("refresh", status=status, took_s=took_s)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


@pytest.mark.parametrize(("took_s", "verdict"), [(4.9, Verdict.PASS), (5.9, Verdict.INCONCLUSIVE), (6.1, Verdict.FAIL)])
def test_a_machine_that_stood_still_leaves_a_doubt(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """For a second of the call; what is later by more than that is the app's own."""
    tape.journal.write(MachinePaused(at_s=tape.now_s + 2, lasted_s=1))
    tape.call("banking.transactions", took_s=took_s, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_standstill_before_the_call_excuses_nobody(tape: Tape) -> None:
    """Nor does the part of one that lay before it."""
    tape.journal.write(MachinePaused(at_s=tape.now_s + 0.1, lasted_s=1))
    tape.call("banking.transactions", took_s=5.2, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("took_s", "verdict"), [(13.9, Verdict.INCONCLUSIVE), (14.1, Verdict.FAIL)])
def test_a_machine_that_stood_still_leaves_a_doubt_about_a_request(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """Its end is what the journal notes."""
    for _ in range(3):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.hook("refresh", status=504, took_s=took_s)
    tape.journal.write(MachinePaused(at_s=tape.now_s - 2, lasted_s=1))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("took_s", "verdict"), [(12.9, Verdict.PASS), (13.1, Verdict.FAIL)])
def test_a_second_of_slack_is_given_to_the_request_too(tape: Tape, took_s: float, verdict: Verdict) -> None:
    """Twelve seconds are promised."""
    for _ in range(3):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.wait(took_s - 12)
    tape.hook("refresh", status=504, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def unanswered(tape: Tape) -> None:
    """A handshake began that nobody answered."""
    found = Bite(at_s=tape.now_s, fault="HandshakeStall()", route="connection", request_number=0, connection=40_001)
    tape.journal.write(found)


@pytest.mark.parametrize(
    ("status", "took_s", "verdict"), [(200, 4.2, Verdict.PASS), (504, 8, Verdict.PASS), (None, 17, Verdict.FAIL)]
)
def test_a_handshake_without_an_answer_holds_nobody_up(
    tape: Tape, status: int | None, took_s: float, verdict: Verdict
) -> None:
    """Whether the app tried again or gave up, whoever asked it has an answer by the request deadline."""
    tape.wait(0.5)
    unanswered(tape)
    tape.wait(took_s - 0.5)
    tape.hook("refresh", status=status, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_handshake_that_nobody_waited_for_proves_nothing(tape: Tape) -> None:
    """The app was at work by itself, and for how long is not seen."""
    tape.hook("refresh", took_s=0.1)
    unanswered(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("after_s", "verdict"), [(3, Verdict.PASS), (30, Verdict.INCONCLUSIVE)])
def test_an_app_that_works_by_itself_is_seen_to_leave(tape: Tape, after_s: float, verdict: Verdict) -> None:
    """It ended the connection in time; where it did not, something else may have kept that open."""
    tape.hook("refresh", status=202, took_s=0.1)
    unanswered(tape)
    tape.wait(after_s)
    tape.journal.write(Abandoned(at_s=tape.now_s, fault="HandshakeStall()", connection=40_001))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("bite", ["ContinueForever(every_ms=400, lasts_ms=60000)", "StallHead(after_bytes=20)", "Timeout()"])
@pytest.mark.parametrize(("took_s", "verdict"), [(4.5, Verdict.PASS), (9.0, Verdict.FAIL)])
def test_an_answer_that_never_begins_is_endless_too(tape: Tape, bite: str, took_s: float, verdict: Verdict) -> None:
    """Not a byte of a body came."""
    tape.call("banking.transactions", status=None, took_s=took_s, bites=(bite,))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("status", "took_s", "verdict"), [(502, 8.0, Verdict.PASS), (None, 17.0, Verdict.FAIL)])
def test_whoever_waits_is_answered_while_the_api_fails(
    tape: Tape, status: int | None, took_s: float, verdict: Verdict
) -> None:
    """Told to come back in ages, the app says so to the person in front of it."""
    huge = (("retry-after", "99999999999999999999"),)
    tape.call("banking.transactions", status=429, bites=("RetryAfter(form=huge)",), response_headers=huge)
    tape.wait(took_s)
    tape.hook("refresh", status=status, took_s=took_s + 0.1)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_failing_calls_that_nobody_waits_for_show_nothing(tape: Tape) -> None:
    """Work in the background may try for as long as it likes."""
    tape.call("banking.transactions", status=503, bites=("Status(status=503, retry_after_s=None)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
