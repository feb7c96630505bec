"""survives_malformed_requests: after whatever came over the wire the next message is taken."""

import pytest

from fiskil_harness.probes import Finding, SurvivesMalformedRequests, Verdict
from tests.probes.courier import Courier


def examined(courier: Courier) -> Finding:
    finding: Finding = SurvivesMalformedRequests().examine(courier.journal)
    return finding


def ugly(courier: Courier, name: str, *, kind: str = "odd", status: int | None = 400, trouble: str = "") -> None:
    courier.send(
        event=f"{kind}:{name}",
        participant="",
        message_id=f"id-{name}",
        attempt=1,
        kind=kind,
        name=name,
        status=status,
        trouble=trouble,
        claims="consent.updated",
        is_judged=False,
    )


def after(courier: Courier, name: str, *, status: int | None = 204, **more: object) -> None:
    more = {"kind": "replay", "is_judged": False, **more}
    courier.deliver("e0", name=f"after {name}", status=status, **more)  # type: ignore[arg-type]


@pytest.fixture
def courier() -> Courier:
    """A receiver that has taken a plain message."""
    one = Courier()
    one.deliver("e0")
    return one


@pytest.mark.parametrize("status", [200, 400, 411, 501, 505])
def test_any_answer_will_do(courier: Courier, status: int) -> None:
    """As long as the next message is acknowledged."""
    ugly(courier, "chunked", status=status)
    after(courier, "chunked")

    finding = examined(courier)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())
    assert [(case.name, case.verdict) for case in finding.cases] == [("chunked", Verdict.PASS)]


def test_a_server_error_is_advice(courier: Courier) -> None:
    """The sender is wrong, and 4xx would say so."""
    ugly(courier, "trailers", status=500)
    after(courier, "trailers")

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == (
        "5xx on requests that are odd and whole or broken: trailers; 4xx would say that the sender is wrong",
    )


def test_lawful_silence_is_no_hang(courier: Courier) -> None:
    """After a malformed request we hang up first."""
    ugly(courier, "line_feeds", status=None, trouble="hung up without an answer")
    after(courier, "line_feeds")

    assert examined(courier).verdict is Verdict.PASS


def test_a_whole_request_without_an_answer_fails(courier: Courier) -> None:
    """However odd it is."""
    ugly(courier, "put", kind="method", status=None, trouble="no answer within the limit")
    after(courier, "put")

    assert examined(courier).verdict is Verdict.FAIL


def test_a_message_that_is_refused_afterwards_fails(courier: Courier) -> None:
    """Both what it had and something new."""
    ugly(courier, "cut_by_reset", kind="broken")
    after(courier, "cut_by_reset", status=503)
    courier.deliver("e1", name="after cut_by_reset", status=503)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 after cut by reset attempt 1: 503",)


def test_a_repetition_may_be_refused(courier: Courier) -> None:
    """If something new is taken."""
    ugly(courier, "chunked")
    after(courier, "chunked", status=409)
    courier.deliver("e1", name="after chunked")

    assert examined(courier).verdict is Verdict.PASS


def test_only_what_killed_it_is_accused(courier: Courier) -> None:
    """What came to a dead receiver tells nothing."""
    ugly(courier, "chunked")
    after(courier, "chunked", status=None, trouble="connection refused")
    ugly(courier, "trailers", status=None, trouble="connection refused")
    after(courier, "trailers", status=None, trouble="connection refused")

    assert [case.verdict for case in examined(courier).cases] == [Verdict.FAIL, Verdict.INCONCLUSIVE]


def test_without_a_message_afterwards_nobody_knows(courier: Courier) -> None:
    """A list that was cut short is not all of it."""
    ugly(courier, "chunked")

    assert examined(courier).verdict is Verdict.INCONCLUSIVE


def test_a_receiver_that_never_worked_cannot_stop(courier: Courier) -> None:
    """Nothing genuine was taken before."""
    deaf = Courier()
    deaf.deliver("e0", status=401)
    ugly(deaf, "chunked")
    after(deaf, "chunked", status=401)

    assert examined(deaf).verdict is Verdict.INCONCLUSIVE
    assert examined(courier).verdict is Verdict.INCONCLUSIVE
