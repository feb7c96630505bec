"""resists_request_smuggling: what stands in a refused body stays a body."""

import pytest

from fiskil_harness.probes import Finding, ResistsRequestSmuggling, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = ResistsRequestSmuggling().examine(courier.journal)
    return finding


def refused(courier: Courier, *, kind: str = "refusable", event: str = "outer:large", status: int | None = 413) -> None:
    courier.send(
        event=event,
        participant="",
        message_id="id-outer",
        attempt=1,
        kind=kind,
        name="large",
        status=status,
        claims="consent.updated",
        is_judged=False,
    )


@pytest.fixture
def courier() -> Courier:
    """A receiver that has refused a large body."""
    one = Courier()
    refused(one)
    one.journal.names["id-embedded"] = "embedded:large"
    return one


def test_the_next_answer_on_the_connection_passes(courier: Courier) -> None:
    """It belongs to the genuine message."""
    courier.deliver("e1", name="behind large", is_judged=False)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert [(case.name, case.verdict) for case in finding.cases] == [("large", Verdict.PASS)]


def test_a_closed_connection_passes(courier: Courier) -> None:
    """The genuine message came on another."""
    closed = "the receiver closed the connection"
    courier.deliver("e1", name="behind large", is_judged=False, status=None, trouble=closed)
    courier.deliver("e1", name="after large", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_an_answer_to_what_stands_in_the_body_fails(courier: Courier) -> None:
    """Nobody had sent that."""
    refused(courier, kind="embedded", event="embedded:large", status=204)
    courier.deliver("e1", name="behind large", is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("large: a request inside the refused body was answered 204",)


def test_an_effect_of_what_stands_in_the_body_fails(courier: Courier) -> None:
    """Also where its answer came too late to be told from the next."""
    courier.deliver("e1", name="behind large", is_judged=False)
    courier.effects({"e1": 1, "id-embedded": 1})

    assert examined(courier).evidence == ("large: a request inside the refused body was applied",)


def test_a_genuine_message_refused_in_its_place_fails(courier: Courier) -> None:
    """On a connection of its own it is taken, so the refusal was another's."""
    courier.deliver("e1", name="behind large", is_judged=False, status=400)
    courier.deliver("e1", name="after large", attempt=2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 behind large attempt 1: 400",)


def test_a_receiver_that_refuses_everything_is_in_doubt(courier: Courier) -> None:
    """Then the refusal may well be the genuine message's own."""
    courier.deliver("e1", name="behind large", is_judged=False, status=401)
    courier.deliver("e1", name="after large", attempt=2, status=401)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_a_refusal_there_is_nothing_to_look_at() -> None:
    """Whoever says yes to everything is another probe's."""
    courier = Courier()
    refused(courier, status=200)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE
