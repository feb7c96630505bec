"""acknowledges_promptly: the answer comes at once, whatever the API and other clients do."""

from typing import Any

import pytest

from fiskil_harness.journal import MachinePaused
from fiskil_harness.probes import AcknowledgesPromptly, Finding, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = AcknowledgesPromptly().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> Courier:
    """A receiver that is warm; its limit is 5 s."""
    one = Courier(ack_s=5)
    one.deliver("e0", took_s=4.9)
    return one


def test_answers_within_the_limit_pass(courier: Courier) -> None:
    """The first one is for warming up."""
    courier.deliver("e1", took_s=0.02)

    finding = examined(courier)

    assert (finding.verdict, finding.examined, finding.advice) == (Verdict.PASS, 1, ())


def test_the_first_delivery_alone_proves_nothing(courier: Courier) -> None:
    """A cold start is not measured."""
    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_an_answer_beyond_the_limit_fails_without_its_time(courier: Courier) -> None:
    """The finding reads the same in every run."""
    courier.deliver("e1", took_s=5.2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 deliveries were not acknowledged within 5 s"
    assert finding.evidence == ("e1 attempt 1: 204",)


def test_no_answer_within_the_limit_fails(courier: Courier) -> None:
    """A receiver that is held up by a slow client never answers the other."""
    courier.deliver("e1", status=None, trouble="no answer within the limit", took_s=10, name="beside a slow client")

    assert examined(courier).verdict is Verdict.FAIL


def test_an_oddity_without_an_answer_fails(courier: Courier) -> None:
    """Nothing may hang, however odd."""
    courier.deliver("e1", kind="unusual", name="deep", status=None, trouble="no answer within the limit", took_s=10)

    assert examined(courier).verdict is Verdict.FAIL


def test_a_quick_refusal_is_not_this_probes(courier: Courier) -> None:
    """Only acknowledgements are timed."""
    courier.deliver("e1", status=401, took_s=0.01)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("lasted_s", "verdict"), [(0.5, Verdict.FAIL), (1.5, Verdict.INCONCLUSIVE)])
def test_a_machine_that_stood_still_leaves_a_doubt(courier: Courier, lasted_s: float, verdict: Verdict) -> None:
    """A short pause explains no answer that took seconds."""
    delivery = courier.deliver("e1", took_s=5.2)
    courier.journal.write(MachinePaused(at_s=delivery.at_s + 2, lasted_s=lasted_s))

    assert examined(courier).verdict is verdict


def test_the_machines_own_slowness_is_allowed_on_top(courier: Courier) -> None:
    """Where refusing a forgery takes long, everything does."""
    courier.forge("unsigned", took_s=2)
    courier.deliver("e1", took_s=6.5)

    assert examined(courier).verdict is Verdict.PASS


def test_more_than_three_seconds_is_advice(courier: Courier) -> None:
    """Fiskil's own limit is not public (rule 11)."""
    courier.deliver("e1", took_s=3.5)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("1 acknowledgements took more than 3 s",)


def test_waiting_for_a_slow_api_fails(courier: Courier) -> None:
    """A call that stalled during the delivery had to end before the answer came."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=2)
    courier.deliver("e1", took_s=2.5)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "1 of 1 answers came only when a slow API call had ended"


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": None, "trouble": "connection reset"}])
def test_giving_up_with_the_api_fails(courier: Courier, answer: dict[str, Any]) -> None:
    """A refusal that waited for the API has waited all the same."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=2)
    courier.deliver("e1", took_s=2.5, **answer)

    assert examined(courier).verdict is Verdict.FAIL


def test_answering_while_the_api_is_slow_passes(courier: Courier) -> None:
    """The call went on long after the answer."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=4)
    courier.deliver("e1", took_s=0.05)

    assert examined(courier).verdict is Verdict.PASS


def test_a_slow_answer_that_came_before_the_api_did_passes(courier: Courier) -> None:
    """Who did not wait to the end did not wait."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=4)
    courier.deliver("e1", took_s=1.5)

    assert examined(courier).verdict is Verdict.PASS


def test_stragglers_of_a_burst_are_advice(courier: Courier) -> None:
    """A full backlog makes a few connections try again; that the others were quick shows that the receiver is."""
    for number in range(9):
        courier.deliver("e1", attempt=1, group=1, took_s=0.1 if number else 7)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice[0] == "1 of 9 deliveries in a burst were late"


def test_a_burst_that_is_late_as_a_whole_fails(courier: Courier) -> None:
    """Work before each answer adds up."""
    for number in range(9):
        courier.deliver("e1", attempt=1, group=1, took_s=2 + number)

    assert examined(courier).observed == "5 of 9 deliveries were not acknowledged within 5 s"


def test_a_short_wait_proves_nothing_for_or_against_the_app(courier: Courier) -> None:
    """Less than a second may be the machine; but nothing shows that the work came after the answer."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=0.5, after_s=0.03)
    courier.deliver("e1", took_s=0.6)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "no slow API call went on when its delivery had been answered",
    )


def test_giving_up_soon_but_after_the_answer_passes(courier: Courier) -> None:
    """A short deadline of the app's own is its affair, once it has answered."""
    courier.call("banking.accounts", bites=("Stall()",), took_s=0.5, after_s=0.03)
    courier.deliver("e1", took_s=0.05)

    assert examined(courier).verdict is Verdict.PASS


def test_a_delivery_beside_a_slow_client_is_a_case_of_its_own(courier: Courier) -> None:
    """Whoever serves one client after another is told apart from whoever is slow."""
    courier.deliver("e1", took_s=6)
    courier.deliver("e2", name="beside a slow client", took_s=0.1)
    slow = examined(courier)
    courier.deliver("e3", name="beside a slow client", status=None, trouble="no answer within the limit", took_s=10)
    serial = examined(courier)

    beside = [[case.verdict for case in found.cases if case.name == "beside_a_slow_client"] for found in (slow, serial)]
    assert beside == [[Verdict.PASS], [Verdict.PASS, Verdict.FAIL]]


def test_repetitions_are_told_from_first_deliveries(courier: Courier) -> None:
    """Whoever lets only a duplicate wait holds a claim too long."""
    courier.deliver("e1", took_s=0.1)
    courier.deliver("e1", attempt=2, took_s=7)

    cases = examined(courier).cases

    assert [(case.name, case.verdict, case.events) for case in cases] == [
        ("again", Verdict.FAIL, ("e1",)),
        ("first", Verdict.PASS, ()),
    ]


def test_one_late_answer_among_many_ordinary_ones_fails(courier: Courier) -> None:
    """Only a burst has stragglers: what is sent alone finds no full backlog."""
    for _ in range(5):
        courier.deliver("e1", took_s=0.02)
    courier.deliver("e2", took_s=5.2)

    finding = examined(courier)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "1 of 6 deliveries were not acknowledged within 5 s")
