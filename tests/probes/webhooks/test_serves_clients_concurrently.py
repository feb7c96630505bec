"""serves_clients_concurrently: a response that always comes after a slow client has left is a FAIL."""

import pytest

from fiskil_harness.journal import MachinePaused, SlowClient
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, ServesClientsConcurrently, Verdict
from tests.probes.receivers import receiver_journal

NOTHING = "sends_nothing"


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = ServesClientsConcurrently().examine(courier.journal)
    return finding


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver that acknowledged one delivery without a slow client promptly."""
    courier = receiver_journal()
    courier.deliver("e0", name="alone")
    return courier


def trial(
    courier: JournalBuilder,
    event: str,
    *,
    ended_s: float | None,
    took_s: float,
    status: int | None = 204,
    kind: str = "sends_nothing",
) -> None:
    """Record a delivery beside a slow client."""
    courier.deliver(event, took_s=took_s, status=status)
    courier.journal.write(SlowClient(behaviour=kind, event=event, ended_s=ended_s))


def test_responses_beside_slow_clients_pass(courier: JournalBuilder) -> None:
    """The slow client was still connected when the response came."""
    trial(courier, "e1", ended_s=None, took_s=0.01)

    assert examined(courier).verdict is Verdict.PASS


def test_responses_after_the_slow_clients_fail(courier: JournalBuilder) -> None:
    """The receiver waited for both, however long they stayed."""
    trial(courier, "e1", ended_s=0.4, took_s=0.41)
    trial(courier, "e2", ended_s=1.2, took_s=1.21)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert (
        finding.observed
        == "a delivery was acknowledged only after another client had left: beside a client that sends nothing"
    )
    assert finding.evidence == ("beside a client that sends nothing",)


def test_one_kind_of_slow_client_is_enough(courier: JournalBuilder) -> None:
    """A receiver may read headers concurrently, and bodies one after another."""
    trial(courier, "e1", ended_s=None, took_s=0.01)
    trial(courier, "e2", ended_s=0.4, took_s=0.41, kind="sends_body_slowly")
    trial(courier, "e3", ended_s=1.2, took_s=1.21, kind="sends_body_slowly")

    assert examined(courier).verdict is Verdict.FAIL


def test_a_second_response_beside_the_slow_client_passes(courier: JournalBuilder) -> None:
    """The first response was late for another reason."""
    trial(courier, "e1", ended_s=0.4, took_s=0.5)
    trial(courier, "e2", ended_s=None, took_s=0.01)

    assert examined(courier).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("first_s", "second_s", "why"),
    [
        (0.4, 0.45, "the receiver disconnected both after the same time"),
        (0.05, 1.2, "the first client left too early"),
        (0.0, 1.6, "the first client left at once"),
        (1.0, 1.49, "the second wait was less than half as long again"),
    ],
)
def test_trials_of_nearly_equal_length_are_inconclusive(
    courier: JournalBuilder, first_s: float, second_s: float, why: str
) -> None:
    """A receiver that always needs this time would look the same."""
    trial(courier, "e1", ended_s=first_s, took_s=first_s + 0.3)
    trial(courier, "e2", ended_s=second_s, took_s=second_s + 0.1)

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE, why
    assert finding.observed == "a delivery beside a slow client was acknowledged late, but that may have other causes"


@pytest.mark.parametrize(("first_s", "second_s"), [(1.0, 1.5), (0.3, 1.2)])
def test_the_least_waits_that_show_the_dependence_fail(courier: JournalBuilder, first_s: float, second_s: float) -> None:
    """One wait is half as long again as the other, and neither is shorter than 0.3 s."""
    trial(courier, "e1", ended_s=first_s, took_s=first_s)
    trial(courier, "e2", ended_s=second_s, took_s=second_s)

    assert examined(courier).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("took_s", "status", "verdict"),
    [
        (0.2, 204, Verdict.FAIL),
        (0.21, 204, Verdict.INCONCLUSIVE),
        (0.5, 204, Verdict.INCONCLUSIVE),
        (0.01, 503, Verdict.INCONCLUSIVE),
    ],
)
def test_a_slow_receiver_is_not_accused(courier: JournalBuilder, took_s: float, status: int, verdict: Verdict) -> None:
    """A delivery without a slow client took more than half of the shortest wait, or was refused."""
    courier.deliver("e3", name="alone", took_s=took_s, status=status)
    trial(courier, "e1", ended_s=0.4, took_s=0.5)
    trial(courier, "e2", ended_s=1.2, took_s=1.3)

    assert examined(courier).verdict is verdict


def test_a_machine_pause_explains_a_late_response(courier: JournalBuilder) -> None:
    """The receiver could not respond while the machine was paused."""
    trial(courier, "e1", ended_s=0.4, took_s=0.41)
    courier.journal.write(MachinePaused(at_s=courier.now_s, lasted_s=0.4))
    trial(courier, "e2", ended_s=1.2, took_s=1.21)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("status", [None, 429, 503])
def test_a_delivery_that_was_not_acknowledged_shows_nothing(courier: JournalBuilder, status: int | None) -> None:
    """A receiver that limits connections may refuse."""
    trial(courier, "e1", ended_s=0.4, took_s=0.41, status=status)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_slow_clients_nothing_is_examined() -> None:
    """The probe is INCONCLUSIVE without evidence."""
    assert examined(receiver_journal()).verdict is Verdict.INCONCLUSIVE
