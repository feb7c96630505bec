"""acknowledges_promptly: the response comes in time, whatever the API and other clients do."""

from typing import Any

import pytest

from fiskil_harness.journal import MachinePaused
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.pauses import EXCUSED_BY_PAUSE
from fiskil_harness.probes import AcknowledgesPromptly, Finding, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = AcknowledgesPromptly().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver that has got its first delivery; its limit is 5 s."""
    courier = receiver_journal(ack_s=5)
    courier.deliver("e0", took_s=4.9)
    return courier


def test_responses_within_the_limit_pass(courier: JournalBuilder) -> None:
    """The first delivery is a warm-up."""
    courier.deliver("e1", took_s=0.02)

    finding = examined(courier)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())


def test_the_first_delivery_alone_is_inconclusive(courier: JournalBuilder) -> None:
    """A cold start is not measured."""
    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_response_beyond_the_limit_fails_without_naming_its_duration(courier: JournalBuilder) -> None:
    """The finding is the same in every run."""
    courier.deliver("e1", took_s=5.2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 deliveries were not acknowledged within 5 s"
    assert finding.evidence == ("e1 attempt 1: 204",)


def test_no_response_within_the_limit_fails(courier: JournalBuilder) -> None:
    """A receiver that a slow client blocks never responds to the other client."""
    courier.deliver("e1", status=None, problem="no response within the limit", took_s=10, name="beside a slow client")

    assert examined(courier).verdict is Verdict.FAIL


def test_an_unusual_message_without_a_response_fails(courier: JournalBuilder) -> None:
    """No message may hang the receiver."""
    courier.deliver("e1", kind="unusual", name="deep", status=None, problem="no response within the limit", took_s=10)

    assert examined(courier).verdict is Verdict.FAIL


def test_a_quick_refusal_is_not_timed(courier: JournalBuilder) -> None:
    """Only acknowledgements are timed."""
    courier.deliver("e1", status=401, took_s=0.01)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("lasted_s", "verdict"), [(0.5, Verdict.FAIL), (1.5, Verdict.INCONCLUSIVE)])
def test_a_late_response_during_a_machine_pause_is_inconclusive(
    courier: JournalBuilder, lasted_s: float, verdict: Verdict
) -> None:
    """A short pause does not explain a response that took seconds."""
    delivery = courier.deliver("e1", took_s=5.2)
    courier.journal.write(MachinePaused(at_s=delivery.at_s + 2, lasted_s=lasted_s))

    assert examined(courier).verdict is verdict


def test_the_time_of_a_refused_forgery_is_subtracted(courier: JournalBuilder) -> None:
    """If refusing a forgery takes long, the machine itself is slow."""
    courier.forge("unsigned", took_s=2)
    courier.deliver("e1", took_s=6.5)

    assert examined(courier).verdict is Verdict.PASS


def test_a_machine_pause_on_a_slow_machine_is_inconclusive(courier: JournalBuilder) -> None:
    """The time of a refused forgery and the pause together explain the late response."""
    courier.forge("unsigned", took_s=2)
    delivery = courier.deliver("e1", took_s=8)
    courier.write(MachinePaused(at_s=delivery.at_s + 3, lasted_s=2))

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("took_s", "slow"), [(3.0, 0), (3.5, 1)])
def test_more_than_three_seconds_is_advice(courier: JournalBuilder, took_s: float, slow: int) -> None:
    """Fiskil's own limit is not public (rule 11)."""
    courier.deliver("e1", took_s=took_s)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ((f"{slow} acknowledgements took more than 3 s",) if slow else ())


@pytest.mark.parametrize(("took_s", "verdict"), [(5.0, Verdict.PASS), (5.01, Verdict.FAIL)])
def test_a_response_at_the_limit_is_in_time(courier: JournalBuilder, took_s: float, verdict: Verdict) -> None:
    """Only more than the limit is late."""
    courier.deliver("e1", took_s=took_s)

    assert examined(courier).verdict is verdict


@pytest.mark.parametrize(("lasted_s", "verdict"), [(0.9, Verdict.FAIL), (1.2, Verdict.INCONCLUSIVE)])
def test_a_pause_of_the_machine_may_explain_a_wait_for_the_api(
    courier: JournalBuilder, lasted_s: float, verdict: Verdict
) -> None:
    """The rest of the wait is shorter than a second; a shorter pause excuses nothing."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=1.5, after_s=0.0)
    delivery = courier.deliver("e1", took_s=2)
    courier.write(MachinePaused(at_s=delivery.at_s + 1.3, lasted_s=lasted_s))

    finding = examined(courier)

    assert finding.verdict is verdict
    if verdict is Verdict.INCONCLUSIVE:
        assert finding.observed == f"1 of 1 deliveries were acknowledged {EXCUSED_BY_PAUSE}"


@pytest.mark.parametrize(("ends_s", "verdict"), [(0.25, Verdict.FAIL), (0.75, Verdict.PASS)])
def test_the_end_of_a_call_may_be_noticed_late(courier: JournalBuilder, ends_s: float, verdict: Verdict) -> None:
    """An app may give up its call and respond at once, half a second before the API notices it."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=2 + ends_s, after_s=0.0)
    courier.deliver("e1", took_s=2)

    assert examined(courier).verdict is verdict


def test_waiting_for_a_slow_api_fails(courier: JournalBuilder) -> None:
    """A call that stalled during the delivery ended before the response came."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=2, after_s=0.0)
    courier.deliver("e1", took_s=2.5)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 responses came only after a slow API call had ended"
    assert [line.partition(", ")[2] for line in finding.evidence] == ["after a slow call on banking.accounts"]


@pytest.mark.parametrize("response", [{"status": 500}, {"status": None, "problem": "connection reset"}])
def test_a_refusal_that_waited_for_the_api_fails(courier: JournalBuilder, response: dict[str, Any]) -> None:
    """A refusal or a reset after the slow call has waited for it too."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=2, after_s=0.0)
    courier.deliver("e1", took_s=2.5, **response)

    assert examined(courier).verdict is Verdict.FAIL


def test_a_response_while_the_api_is_slow_passes(courier: JournalBuilder) -> None:
    """The call continued long after the response."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=4, after_s=0.0)
    courier.deliver("e1", took_s=0.05)

    assert examined(courier).verdict is Verdict.PASS


def test_a_slow_response_before_the_end_of_the_call_passes(courier: JournalBuilder) -> None:
    """An app that responds before the call ends did not wait for it."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=4, after_s=0.0)
    courier.deliver("e1", took_s=1.5)

    assert examined(courier).verdict is Verdict.PASS


def test_stragglers_of_a_burst_are_advice(courier: JournalBuilder) -> None:
    """A full backlog delays a few connections; the other deliveries show that the receiver is fast."""
    for number in range(9):
        courier.deliver("e1", attempt=1, group=1, took_s=0.1 if number else 7)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 8)
    assert finding.advice == ("1 of 9 deliveries in a burst were late",)


@pytest.mark.parametrize(("late", "verdict"), [(1, Verdict.PASS), (2, Verdict.FAIL)])
def test_half_of_a_burst_are_no_stragglers(courier: JournalBuilder, late: int, verdict: Verdict) -> None:
    """A full backlog delays fewer."""
    for number in range(4):
        courier.deliver("e1", attempt=1, group=1, took_s=7 if number < late else 0.1)

    assert examined(courier).verdict is verdict


def test_a_burst_that_is_late_as_a_whole_fails(courier: JournalBuilder) -> None:
    """Work before each response adds up."""
    for number in range(9):
        courier.deliver("e1", attempt=1, group=1, took_s=2 + number)

    assert examined(courier).observed == "5 of 9 deliveries were not acknowledged within 5 s"


def test_a_short_overlap_with_an_api_call_is_inconclusive(courier: JournalBuilder) -> None:
    """Less than a second may be the machine, but nothing shows that the work came after the response."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=0.5, after_s=0.06)
    courier.deliver("e1", took_s=0.6)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no slow API call continued after its delivery had got a response",
    )


def test_a_call_that_ends_soon_after_the_response_passes(courier: JournalBuilder) -> None:
    """After its response the app may use any deadline."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=0.5, after_s=0.06)
    courier.deliver("e1", took_s=0.05)

    assert examined(courier).verdict is Verdict.PASS


def test_a_delivery_beside_a_slow_client_is_a_separate_case(courier: JournalBuilder) -> None:
    """The cases distinguish a slow receiver from one that serves one client at a time."""
    courier.deliver("e1", took_s=6)
    courier.deliver("e2", name="beside a slow client", took_s=0.1)
    slow = examined(courier)
    courier.deliver("e3", name="beside a slow client", status=None, problem="no response within the limit", took_s=10)
    serial = examined(courier)

    beside = [[case.verdict for case in finding.cases if case.name == "beside_a_slow_client"] for finding in (slow, serial)]
    assert beside == [[Verdict.PASS], [Verdict.PASS, Verdict.FAIL]]


def test_a_refusal_beside_a_slow_client_proves_nothing(courier: JournalBuilder) -> None:
    """The receiver responded in time, but did no work."""
    courier.deliver("e1", took_s=0.1)
    courier.deliver("e2", name="beside a slow client", status=401, took_s=0.1)

    cases = {case.name: case.verdict for case in examined(courier).cases}

    assert cases["beside_a_slow_client"] is Verdict.INCONCLUSIVE


def test_repetitions_and_first_deliveries_are_separate_cases(courier: JournalBuilder) -> None:
    """An app that delays only duplicates holds a lock too long."""
    courier.deliver("e1", took_s=0.1)
    courier.deliver("e1", attempt=2, took_s=7)

    cases = examined(courier).cases

    assert [(case.name, case.verdict, case.events) for case in cases] == [
        ("again", Verdict.FAIL, ("e1",)),
        ("first", Verdict.PASS, ()),
    ]


def test_one_late_response_among_many_fails(courier: JournalBuilder) -> None:
    """Only a burst may have stragglers: a single delivery does not meet a full backlog."""
    for _ in range(5):
        courier.deliver("e1", took_s=0.02)
    courier.deliver("e2", took_s=5.2)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "1 of 6 deliveries were not acknowledged within 5 s")
