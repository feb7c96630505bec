"""keeps_deadline: an endless response is abandoned by the call deadline, and a hook returns by the request deadline."""

import pytest

from fiskil_harness.journal import Bite, ConnectionAbandoned, Limits, MachinePaused
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsDeadline, Verdict

PROBE = KeepsDeadline()
STALL, DRIP = ("Stall(after_bytes=100)",), ("Drip(every_ms=200)",)


@pytest.mark.parametrize("bites", [STALL, DRIP])
def test_giving_up_in_time_passes(tape: JournalBuilder, bites: tuple[str, ...]) -> None:
    """The deadline is four seconds, and the app waits four seconds."""
    tape.call("banking.transactions", took_s=4, bites=bites)
    tape.hook("refresh", status=504, took_s=4.2)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("bites", [STALL, DRIP])
def test_reading_past_the_deadline_fails(tape: JournalBuilder, bites: tuple[str, ...]) -> None:
    """A timeout per read never fires while bytes keep arriving."""
    tape.call("banking.transactions", took_s=30, bites=bites)
    tape.hook("refresh", status=None, took_s=17)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was still being read after the call deadline"
    assert finding.evidence == ("too long: banking.transactions",)


def test_a_late_hook_response_fails(tape: JournalBuilder) -> None:
    """Each call was abandoned in time, but there were too many of them."""
    for _ in range(4):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.hook("refresh", status=504, took_s=16.2)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "the app did not respond to refresh by its request deadline",
    )
    assert finding.evidence == ("too late: refresh",)


def test_a_hook_before_the_stall_does_not_count(tape: JournalBuilder) -> None:
    """Only hooks that run during the endless response are measured."""
    tape.wait(60)
    tape.hook("start_session", took_s=50)
    tape.call("banking.transactions", took_s=4, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_drip_that_ends_is_inconclusive(tape: JournalBuilder) -> None:
    """A short response drips to its end before any deadline."""
    tape.call(
        "banking.transactions",
        took_s=2,
        bites=DRIP,
        response_headers=(("content-length", "2"),),
        response_body=b"{}",
    )

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_that_the_harness_ended_early_proves_nothing(tape: JournalBuilder) -> None:
    """The scenario ended before the deadline, and the harness dropped the connection."""
    tape.call("banking.transactions", took_s=1, bites=STALL, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_call_that_the_harness_ended_late_fails(tape: JournalBuilder) -> None:
    """The harness had to end it, long after the deadline."""
    tape.call("banking.transactions", took_s=20, bites=STALL, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("took_s", "verdict"), [(4.9, Verdict.PASS), (5.2, Verdict.FAIL)])
def test_one_second_of_tolerance_is_allowed(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """The deadline is four seconds, plus one for a slow machine."""
    tape.call("banking.transactions", took_s=took_s, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_without_an_endless_response_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """A slow hook without a stall is not judged here."""
    tape.hook("refresh", took_s=50)

    finding = PROBE.examine(tape.journal)

    assert finding.observed == "no response was stalled or dripped for as long as the call deadline"


def test_a_connection_left_open_after_a_failed_hook_passes(tape: JournalBuilder) -> None:
    """The hook returned the failure in time, so the app no longer waits."""
    tape.wait(4)
    tape.hook("refresh", status=504, took_s=4)
    tape.now_s = 1.1
    tape.call("banking.transactions", took_s=20, bites=DRIP, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_work_in_the_background_has_a_deadline_too(tape: JournalBuilder) -> None:
    """An app that responds at once and reads in the background is still reading."""
    tape.wait(0.2)
    tape.hook("refresh", status=202, took_s=0.2)
    tape.now_s = 1.1
    tape.call("banking.transactions", took_s=20, bites=DRIP, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_default_call_deadline_is_not_enforced() -> None:
    """The finding names the limit that the config should state."""
    tape = JournalBuilder(assumed=("call_deadline_s",))
    tape.call("banking.transactions", took_s=30, bites=STALL)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.call_deadline_s")


@pytest.mark.parametrize(("status", "took_s"), [(504, 16), (None, 17)])
def test_a_default_request_deadline_is_not_enforced(status: int | None, took_s: float) -> None:
    """A late response and one that the harness stopped waiting for are both inconclusive."""
    tape = JournalBuilder(assumed=("request_deadline_s",))
    tape.call("banking.transactions", took_s=4, bites=STALL)
    tape.hook("refresh", status=status, took_s=took_s)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.limits.request_deadline_s")


@pytest.mark.parametrize(("took_s", "verdict"), [(4.9, Verdict.PASS), (5.9, Verdict.INCONCLUSIVE), (6.1, Verdict.FAIL)])
def test_a_machine_pause_makes_a_late_call_inconclusive(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """The pause excuses one second; a call that is later than that fails."""
    tape.journal.write(MachinePaused(at_s=tape.now_s + 2, lasted_s=1))
    tape.call("banking.transactions", took_s=took_s, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_machine_pause_before_the_call_is_no_excuse(tape: JournalBuilder) -> None:
    """Only the part of a pause that lies within the call counts."""
    tape.journal.write(MachinePaused(at_s=tape.now_s + 0.1, lasted_s=1))
    tape.call("banking.transactions", took_s=5.2, bites=STALL)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("took_s", "verdict"), [(13.9, Verdict.INCONCLUSIVE), (14.1, Verdict.FAIL)])
def test_a_machine_pause_makes_a_late_hook_inconclusive(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """The journal entry of a pause carries the time of its end."""
    for _ in range(3):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.hook("refresh", status=504, took_s=took_s)
    tape.journal.write(MachinePaused(at_s=tape.now_s - 2, lasted_s=1))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("took_s", "verdict"), [(12.9, Verdict.PASS), (13.1, Verdict.FAIL)])
def test_one_second_of_tolerance_is_allowed_for_hooks(tape: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """The deadline is twelve seconds, plus one."""
    for _ in range(3):
        tape.call("banking.transactions", took_s=4, bites=DRIP)
    tape.wait(took_s - 12)
    tape.hook("refresh", status=504, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def stall_handshake(tape: JournalBuilder) -> None:
    """Write a handshake that received no response."""
    bite = Bite(at_s=tape.now_s, fault="HandshakeStall()", route="connection", request_number=0, connection=40_001)
    tape.journal.write(bite)


@pytest.mark.parametrize(
    ("status", "took_s", "verdict"), [(200, 4.2, Verdict.PASS), (504, 8, Verdict.PASS), (None, 17, Verdict.FAIL)]
)
def test_a_stalled_handshake_does_not_delay_the_hook(
    tape: JournalBuilder, status: int | None, took_s: float, verdict: Verdict
) -> None:
    """The hook returns by the request deadline, whether the app retried or gave up."""
    tape.wait(0.5)
    stall_handshake(tape)
    tape.wait(took_s - 0.5)
    tape.hook("refresh", status=status, took_s=took_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_stalled_handshake_outside_a_hook_proves_nothing(tape: JournalBuilder) -> None:
    """The app works in the background, so its wait is not visible."""
    tape.hook("refresh", took_s=0.1)
    stall_handshake(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("after_s", "verdict"), [(3, Verdict.PASS), (30, Verdict.INCONCLUSIVE)])
def test_closing_a_stalled_handshake_in_time_passes(tape: JournalBuilder, after_s: float, verdict: Verdict) -> None:
    """A connection that stays open longer may be kept open by something else."""
    tape.hook("refresh", status=202, took_s=0.1)
    stall_handshake(tape)
    tape.wait(after_s)
    tape.journal.write(ConnectionAbandoned(at_s=tape.now_s, fault="HandshakeStall()", connection=40_001))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("bite", ["ContinueForever(every_ms=400, lasts_ms=60000)", "StallHead(after_bytes=20)", "Timeout()"])
@pytest.mark.parametrize(("took_s", "verdict"), [(4.5, Verdict.PASS), (9.0, Verdict.FAIL)])
def test_a_response_without_a_body_is_endless_too(tape: JournalBuilder, bite: str, took_s: float, verdict: Verdict) -> None:
    """Not a single byte of the body arrives."""
    tape.call("banking.transactions", status=None, took_s=took_s, bites=(bite,))

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize(("status", "took_s", "verdict"), [(502, 8.0, Verdict.PASS), (None, 17.0, Verdict.FAIL)])
def test_the_hook_returns_in_time_while_the_api_fails(
    tape: JournalBuilder, status: int | None, took_s: float, verdict: Verdict
) -> None:
    """The app reports an error to its caller instead of waiting for an extremely long Retry-After."""
    huge = (("retry-after", "99999999999999999999"),)
    tape.call("banking.transactions", status=429, bites=("RetryAfter(form=huge)",), response_headers=huge)
    tape.wait(took_s)
    tape.hook("refresh", status=status, took_s=took_s + 0.1)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_the_observation_of_a_pass_names_what_was_tested(tape: JournalBuilder) -> None:
    """Failing calls show that hooks return in time; they stall no handshake."""
    tape.call("banking.transactions", status=503, bites=("Status(status=503)",))
    tape.hook("refresh", status=502, took_s=1)

    assert PROBE.examine(tape.journal).observed == "every hook returned in time while calls failed"


def test_failing_calls_outside_a_hook_prove_nothing(tape: JournalBuilder) -> None:
    """Background work may retry for any length of time."""
    tape.call("banking.transactions", status=503, bites=("Status(status=503, retry_after_s=None)",))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("status", "verdict"), [(202, Verdict.PASS), (200, Verdict.INCONCLUSIVE)])
def test_an_app_may_accept_a_request_and_call_the_api_later(tape: JournalBuilder, status: int, verdict: Verdict) -> None:
    """The person got a response at once, so the end user does not wait while the API fails."""
    tape.hook("refresh", status=status, took_s=0.01)
    tape.now_s += 1
    tape.call("banking.transactions", status=503, bites=("Status(status=503)",))

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_slow_body_that_is_read_to_its_end_after_the_deadline_fails(tape: JournalBuilder) -> None:
    """The whole body arrived in the end, long after the app should have given up."""
    length = (("content-length", "2"),)
    tape.call("banking.balances", took_s=30, bites=("Drip(every_ms=200)",), response_headers=length, response_body=b"{}")

    assert KeepsDeadline().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("repeats_after_s", "verdict"), [(1.6, Verdict.PASS), (9.0, Verdict.FAIL), (None, Verdict.FAIL)])
def test_an_app_that_repeats_a_call_has_given_it_up(
    tape: JournalBuilder, repeats_after_s: float | None, verdict: Verdict
) -> None:
    """Some clients leave the connection of a broken response open."""
    tape.call("banking.transactions", took_s=30, after_s=0, bites=("ContinueForever(every_ms=400, lasts_ms=60000)",))
    if repeats_after_s is not None:
        tape.call("banking.transactions", after_s=repeats_after_s)
    tape.wait(10.5)
    tape.hook("refresh", took_s=10.6)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_an_equal_call_of_other_work_ends_no_wait(tape: JournalBuilder) -> None:
    """A second refresh reads the same list."""
    tape.call("banking.transactions", took_s=30, after_s=0, bites=STALL)
    tape.wait(1)
    tape.call("banking.transactions", after_s=0.1)
    tape.hook("refresh", took_s=0.1)
    tape.wait(10)
    tape.hook("refresh", took_s=10.5)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("deadline_s", "verdict", "hook"), [(57.0, Verdict.PASS, ""), (57.5, Verdict.INCONCLUSIVE, "app.limits")]
)
def test_a_deadline_that_no_stall_can_exceed_is_not_judged(
    tape: JournalBuilder, deadline_s: float, verdict: Verdict, hook: str
) -> None:
    """The harness holds no response for longer than 58 seconds."""
    tape.write(Limits(call_deadline_s=deadline_s, request_deadline_s=90, fresh_s=5, ack_s=10))
    tape.call("banking.transactions", took_s=57.2, bites=STALL)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.hook) == (verdict, hook)
    observed = "app.limits.call_deadline_s is longer than the longest stall"
    assert finding.observed == (observed if hook else "every endless response was abandoned in time")


@pytest.mark.parametrize(("status", "verdict"), [(399, Verdict.FAIL), (400, Verdict.PASS), (504, Verdict.PASS)])
def test_only_a_failed_hook_ends_the_wait_for_an_open_connection(
    tape: JournalBuilder, status: int | None, verdict: Verdict
) -> None:
    """After another response the app may still read in the background."""
    tape.wait(4)
    tape.hook("refresh", status=status, took_s=4)
    tape.now_s = 1.1
    tape.call("banking.transactions", took_s=20, bites=DRIP, is_cut=True)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_pass_after_a_stalled_handshake_says_so(tape: JournalBuilder) -> None:
    """No response was endless."""
    tape.wait(0.5)
    stall_handshake(tape)
    tape.wait(3.5)
    tape.hook("refresh", status=504, took_s=4)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "a stalled handshake was abandoned in time")
