"""respects_retry_after: the next equal call comes no sooner than Retry-After says, in real time."""

import pytest

from fiskil_harness.probes import RespectsRetryAfter, Verdict
from fiskil_harness.probes.api_client.respects_retry_after import SLACK_S
from tests.probes.tape import Tape

PROBE = RespectsRetryAfter()


def refused(tape: Tape, *, status: int = 503, retry_after: str = "2") -> None:
    """A call is refused with Retry-After."""
    tape.call(
        "banking.transactions",
        status=status,
        bites=(f"Status(status={status}, retry_after_s=2)",),
        response_headers=(("retry-after", retry_after),),
    )


@pytest.mark.parametrize("status", [429, 503])
def test_waiting_passes(tape: Tape, status: int) -> None:
    """Two seconds told, two seconds waited."""
    refused(tape, status=status)
    tape.wait(2)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_coming_back_too_soon_fails(tape: Tape) -> None:
    """A pause of its own, shorter than what was told, is not what was told."""
    refused(tape)
    tape.wait(1)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was asked again sooner than Retry-After told: 2 s, a number of seconds"


def test_other_calls_need_not_wait(tape: Tape) -> None:
    """Another dataset is another question."""
    refused(tape)
    tape.call("banking.accounts")
    tape.wait(2)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_asked_anew_the_app_may_call_anew(tape: Tape) -> None:
    """A new event or request in between may be somebody else's."""
    refused(tape)
    tape.told("banking.transactions.sync.completed")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_never_coming_back_proves_nothing(tape: Tape) -> None:
    """Who gives up has not waited."""
    refused(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("told", ["", "0", "-5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_only_seconds_are_judged(tape: Tape, told: str) -> None:
    """Other forms of Retry-After are nothing to hold anybody to."""
    refused(tape, retry_after=told)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_what_was_asked_before_the_refusal_excuses_nothing(tape: Tape) -> None:
    """The event that led to the call is older than the refusal."""
    tape.told("banking.transactions.sync.completed")
    refused(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_without_a_refusal_there_is_nothing_to_see(tape: Tape) -> None:
    """Nobody was told to wait."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).observed == "no call was refused with Retry-After"


def waited(tape: Tape, seconds: float) -> Verdict:
    """The verdict on one second told, and as many waited from arrival to arrival."""
    refused(tape, retry_after="1")
    tape.now_s = 1.0 + seconds
    tape.call("banking.transactions")
    return PROBE.examine(tape.journal).verdict


def test_a_hundredth_of_a_second_too_soon_is_let_pass(tape: Tape) -> None:
    """Timers are not that exact."""
    assert waited(tape, 1 - SLACK_S + 0.001) is Verdict.PASS


def test_more_than_a_hundredth_too_soon_fails(tape: Tape) -> None:
    """That much is no timer's doing."""
    assert waited(tape, 1 - SLACK_S - 0.001) is Verdict.FAIL


def test_two_events_may_have_started_two_jobs(tape: Tape) -> None:
    """An app that reads everything after each event asks the same from another job while the first one waits."""
    tape.told("banking.accounts.sync.completed")
    tape.told("banking.transactions.sync.completed")
    refused(tape)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app had more than one thing to do, so another job may have asked again"


def test_what_was_done_before_the_app_came_to_rest_has_ended(tape: Tape) -> None:
    """One job alone has begun since then."""
    tape.told("banking.accounts.sync.completed")
    tape.effects({}, moment="settled")
    tape.told("banking.transactions.sync.completed")
    refused(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_look_at_an_app_at_work_ends_no_job(tape: Tape) -> None:
    """It has not come to rest."""
    tape.told("banking.accounts.sync.completed")
    tape.effects({}, moment="settled", is_idle=False)
    tape.told("banking.transactions.sync.completed")
    refused(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_equal_calls_at_once_are_of_two_jobs(tape: Tape) -> None:
    """Whichever was refused, the other may ask again."""
    tape.call("banking.transactions", took_s=0.2)
    tape.wait(-0.1)
    refused(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


DATES = (("date", "Wed, 21 Oct 2026 07:28:00 GMT"), ("retry-after", "Wed, 21 Oct 2026 07:28:03 GMT"))


@pytest.mark.parametrize(("waited_s", "verdict"), [(1.0, Verdict.FAIL), (2.1, Verdict.PASS)])
def test_a_date_tells_as_much_as_seconds_do(tape: Tape, waited_s: float, verdict: Verdict) -> None:
    """Three seconds from the date of the answer, of which one may have gone by unseen."""
    tape.call("banking.transactions", status=429, bites=("RetryAfter(status=429, form=http_date)",), response_headers=DATES)
    tape.wait(waited_s)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("told", ["0", "-30", "soon", "", "0.5", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 20])
def test_what_tells_nothing_of_use_binds_nobody(tape: Tape, told: str) -> None:
    """Nor does a wait of thousands of years."""
    headers = (("date", "Wed, 21 Oct 2026 07:28:00 GMT"), ("retry-after", told))
    tape.call("banking.transactions", status=429, bites=("RetryAfter(status=429)",), response_headers=headers)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).observed == "no call was refused with Retry-After"
