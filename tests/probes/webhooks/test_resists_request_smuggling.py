"""resists_request_smuggling: a request inside a refused body gets no response and has no effect."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, ResistsRequestSmuggling, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = ResistsRequestSmuggling().examine(courier.journal)
    return finding


def refuse(
    courier: JournalBuilder, *, kind: str = "refusable", event: str = "outer:large", status: int | None = 413
) -> None:
    """Record a delivery with a request in its body."""
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
def courier() -> JournalBuilder:
    """A receiver that has refused a large body."""
    courier = receiver_journal()
    refuse(courier)
    courier.journal.names["m-embedded"] = "embedded:large"
    return courier


def test_a_response_to_the_next_message_passes(courier: JournalBuilder) -> None:
    """The next response on the connection belongs to the genuine message."""
    courier.deliver("e1", name="behind large", is_judged=False)

    finding = examined(courier)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)
    assert [(case.name, case.verdict) for case in finding.cases] == [("large", Verdict.PASS)]


@pytest.mark.parametrize("count", [0, 1])
def test_only_effects_of_the_embedded_request_count(courier: JournalBuilder, count: int) -> None:
    """The genuine message behind it is applied, which is lawful."""
    courier.deliver("e1", name="behind large", is_judged=False)
    courier.effects(applied={"e1": count, "m-embedded": 0})

    assert examined(courier).verdict is Verdict.PASS


def test_a_closed_connection_passes(courier: JournalBuilder) -> None:
    """The genuine message came on another connection."""
    closed = "the receiver closed the connection"
    courier.deliver("e1", name="behind large", is_judged=False, status=None, problem=closed)
    courier.deliver("e1", name="after large", attempt=2)

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert [case.observed for case in finding.cases] == ["large: no request inside the refused body was handled"]


def test_a_response_to_the_embedded_request_fails(courier: JournalBuilder) -> None:
    """The harness did not send it as a request."""
    refuse(courier, kind="embedded", event="embedded:large", status=204)
    courier.deliver("e1", name="behind large", is_judged=False)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("large: a request inside the refused body got 204",)


def test_an_effect_of_the_embedded_request_fails(courier: JournalBuilder) -> None:
    """The effect counts even if its response came too late to be recognised."""
    courier.deliver("e1", name="behind large", is_judged=False)
    courier.effects(applied={"e1": 1, "m-embedded": 1})

    assert examined(courier).evidence == ("large: a request inside the refused body was applied",)


def test_a_rate_limit_is_no_response_out_of_order(courier: JournalBuilder) -> None:
    """A receiver may throttle an address after a wrong signature."""
    courier.deliver("e1", name="behind large", is_judged=False, status=429)
    courier.deliver("e1", name="after large", attempt=2)

    assert examined(courier).verdict is Verdict.PASS


def test_a_genuine_message_refused_in_place_of_the_embedded_request_fails(courier: JournalBuilder) -> None:
    """On a separate connection it is acknowledged, so the refusal belonged to the embedded request."""
    courier.deliver("e1", name="behind large", is_judged=False, status=400)
    courier.deliver("e1", name="after large", attempt=2)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 behind large attempt 1: 400",)


def test_a_receiver_that_refuses_everything_is_inconclusive(courier: JournalBuilder) -> None:
    """The refusal may belong to the genuine message."""
    courier.deliver("e1", name="behind large", is_judged=False, status=401)
    courier.deliver("e1", name="after large", attempt=2, status=401)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_without_a_refusal_the_result_is_inconclusive() -> None:
    """Another probe judges a receiver that accepts everything."""
    courier = receiver_journal()
    refuse(courier, status=200)

    assert examined(courier).verdict is Verdict.INCONCLUSIVE
