"""respects_retry_after: the next equal call waits for the Retry-After delay, in real time."""

import pytest

from fiskil_harness.journal import Exchange, HookCall, InterpretationsUsed
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import RespectsRetryAfter, Verdict
from fiskil_harness.probes.api_client.respects_retry_after import LONGEST_S, SLACK_S

PROBE = RespectsRetryAfter()


def refuse(tape: JournalBuilder, *, status: int = 503, retry_after: str = "2") -> Exchange:
    """A call is refused with Retry-After."""
    return tape.call(
        "banking.transactions",
        status=status,
        bites=(f"Status(status={status}, retry_after_s=2)",),
        response_headers=(("retry-after", retry_after),),
    )


@pytest.mark.parametrize("status", [429, 503])
def test_waiting_passes(tape: JournalBuilder, status: int) -> None:
    """The delay is two seconds, and the app waits two seconds."""
    refuse(tape, status=status)
    tape.wait(2)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "refused calls were repeated, and never before their Retry-After delay had passed"


def test_retrying_too_early_fails(tape: JournalBuilder) -> None:
    """A fixed pause shorter than the delay does not respect it."""
    refuse(tape)
    tape.wait(1)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "banking.transactions was retried before its Retry-After delay of 2 s had passed"
    assert finding.evidence == ("GET banking.transactions: 503, Retry-After as a number of seconds",)


def test_other_calls_need_not_wait(tape: JournalBuilder) -> None:
    """The delay applies to the refused call, not to another dataset."""
    refuse(tape)
    tape.call("banking.accounts")
    tape.wait(2)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_new_work_may_cause_a_new_call(tape: JournalBuilder) -> None:
    """A new event in between may start another job."""
    refuse(tape)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_giving_up_proves_nothing(tape: JournalBuilder) -> None:
    """An app that gives up has not waited."""
    refuse(tape)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("retry_after", ["", "0", "-5", "soon", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_invalid_delays_are_not_judged(tape: JournalBuilder, retry_after: str) -> None:
    """Other forms of Retry-After demand no delay."""
    refuse(tape, retry_after=retry_after)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_work_before_the_refusal_is_no_excuse(tape: JournalBuilder) -> None:
    """The event that caused the call is older than the refusal."""
    tape.deliver_event("banking.transactions.sync.completed")
    refuse(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_without_a_refusal_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """No response demanded a delay."""
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).observed == "no call was refused with Retry-After"


def verdict_after(tape: JournalBuilder, seconds: float) -> Verdict:
    """Return the verdict if the delay is one second and the app waits *seconds* from arrival to arrival."""
    refuse(tape, retry_after="1")
    tape.now_s = 1.0 + seconds
    tape.call("banking.transactions")
    return PROBE.examine(tape.journal).verdict


def test_a_hundredth_of_a_second_too_early_passes(tape: JournalBuilder) -> None:
    """Timers are not more exact than that."""
    assert verdict_after(tape, 1 - SLACK_S + 0.001) is Verdict.PASS


def test_more_than_a_hundredth_too_early_fails(tape: JournalBuilder) -> None:
    """An inexact timer does not explain this much."""
    assert verdict_after(tape, 1 - SLACK_S - 0.001) is Verdict.FAIL


def test_two_events_may_have_started_two_jobs(tape: JournalBuilder) -> None:
    """While one job waits, another may make the same call."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.deliver_event("banking.transactions.sync.completed")
    refuse(tape)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "the app had more than one piece of work, so another job may have made the next call"


def test_work_before_the_app_was_idle_has_ended(tape: JournalBuilder) -> None:
    """Only one job has begun since then."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.effects({}, moment="settled")
    tape.deliver_event("banking.transactions.sync.completed")
    refuse(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_snapshot_of_a_busy_app_ends_no_job(tape: JournalBuilder) -> None:
    """The app was not idle in between."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.effects({}, moment="settled", is_idle=False)
    tape.deliver_event("banking.transactions.sync.completed")
    refuse(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_equal_overlapping_calls_belong_to_two_jobs(tape: JournalBuilder) -> None:
    """The job whose call was not refused may make the next call."""
    tape.call("banking.transactions", took_s=0.2)
    tape.wait(-0.1)
    refuse(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


DATES = (("date", "Wed, 21 Oct 2026 07:28:00 GMT"), ("retry-after", "Wed, 21 Oct 2026 07:28:03 GMT"))


@pytest.mark.parametrize(("waited_s", "verdict"), [(1.0, Verdict.FAIL), (2.1, Verdict.PASS)])
def test_a_date_demands_a_delay_like_seconds(tape: JournalBuilder, waited_s: float, verdict: Verdict) -> None:
    """The date is three seconds after the response, of which one may have passed already."""
    tape.call("banking.transactions", status=429, bites=("RetryAfter(status=429, form=http_date)",), response_headers=DATES)
    tape.wait(waited_s)
    tape.call("banking.transactions")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is verdict
    evidence = ("GET banking.transactions: 429, Retry-After as an HTTP date",)
    assert finding.evidence == (evidence if verdict is Verdict.FAIL else ())


@pytest.mark.parametrize("retry_after", ["0", "-30", "soon", "", "0.5", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 20])
def test_meaningless_delays_are_not_judged(tape: JournalBuilder, retry_after: str) -> None:
    """Zero, negative or past delays, invalid text, and thousands of years."""
    headers = (("date", "Wed, 21 Oct 2026 07:28:00 GMT"), ("retry-after", retry_after))
    tape.call("banking.transactions", status=429, bites=("RetryAfter(status=429)",), response_headers=headers)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).observed == "no call was refused with Retry-After"


def test_an_app_that_gives_up_passes_if_a_person_waits(tape: JournalBuilder) -> None:
    """It reports the refusal, and the person decides when to try again."""
    tape.call("consents.revoke", status=429, bites=("Status()",), response_headers=(("retry-after", "1"),))

    finding = RespectsRetryAfter(may_give_up=True).examine(tape.journal)

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "the app repeated no refused call on its own")


@pytest.mark.parametrize("status", [400, 502])
def test_a_refusal_that_was_reported_is_repeated_by_later_work(tape: JournalBuilder, status: int) -> None:
    """The app repeats the call after the delay, then reports the refusal; a person tries again, and that call succeeds."""
    refuse(tape)
    tape.wait(2)
    refuse(tape)
    tape.hook("refresh", status=status, took_s=2.1)
    tape.call("banking.transactions")
    tape.hook("refresh", took_s=0.1)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [429, 503])
def test_without_retry_after_there_is_no_delay_to_observe(tape: JournalBuilder, status: int) -> None:
    """Under one interpretation the API never sends the header."""
    tape.write(InterpretationsUsed(clauses=("errors.retry-after",), chosen={"errors.retry-after": "absent"}))
    tape.call("banking.transactions", status=status, bites=(f"Status(status={status})",))
    tape.call("banking.accounts", status=500, bites=("Status(status=500)",))

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert finding.observed == "no refusal carried Retry-After, so there was no delay to observe"


@pytest.mark.parametrize(("delay_s", "verdict"), [(LONGEST_S, Verdict.FAIL), (LONGEST_S + 1, Verdict.INCONCLUSIVE)])
def test_the_longest_delay_is_an_hour(tape: JournalBuilder, delay_s: float, verdict: Verdict) -> None:
    """A longer one is meaningless, and is not judged."""
    refuse(tape, retry_after=str(int(delay_s)))
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_response_at_the_time_of_the_refusal_reported_it(tape: JournalBuilder) -> None:
    """The person may have caused the next call, so the app is not judged."""
    tape.wait(1)
    tape.hook("refresh", status=502, took_s=0.5)
    [response] = tape.journal.all(HookCall)
    tape.now_s = response.at_s
    refuse(tape)
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).observed == "no refused call was repeated, so there was no wait to observe"


@pytest.mark.parametrize(
    ("after_s", "verdict", "observed"),
    [
        (0.0, Verdict.FAIL, "banking.transactions was retried before its Retry-After delay of 2 s had passed"),
        (-0.005, Verdict.INCONCLUSIVE, "no refused call was repeated, so there was no wait to observe"),
    ],
)
def test_a_call_from_before_the_end_of_the_refusal_is_no_repetition(
    tape: JournalBuilder, after_s: float, verdict: Verdict, observed: str
) -> None:
    """The app did not know of the refusal when it made the call."""
    refused = refuse(tape)
    tape.call("banking.transactions", at_s=refused.ended_s + after_s)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (verdict, observed)


@pytest.mark.parametrize(("earlier_s", "verdict"), [(0.0, Verdict.FAIL), (0.001, Verdict.INCONCLUSIVE)])
def test_an_event_that_arrives_with_the_next_call_did_not_cause_it(
    tape: JournalBuilder, earlier_s: float, verdict: Verdict
) -> None:
    """The app needs some time to begin the work."""
    refuse(tape)
    arrived_s = tape.now_s
    tape.deliver_event("banking.transactions.sync.completed")
    tape.call("banking.transactions", at_s=arrived_s + earlier_s)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_refusal_that_is_not_judged_leaves_the_result_open(tape: JournalBuilder) -> None:
    """The app waited after the first refusal, and another job may have made the call after the second one."""
    refuse(tape)
    tape.wait(2)
    tape.call("banking.transactions")
    refuse(tape)
    tape.deliver_event("banking.transactions.sync.completed")
    tape.call("banking.transactions")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
