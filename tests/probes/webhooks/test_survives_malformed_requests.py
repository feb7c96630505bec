"""survives_malformed_requests: the next message is acknowledged after every malformed request."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, SurvivesMalformedRequests, Verdict
from tests.probes.receivers import receiver_journal


def examined(courier: JournalBuilder) -> Finding:
    """Return the probe's finding for the journal."""
    finding: Finding = SurvivesMalformedRequests().examine(courier.journal)
    return finding


def send_malformed(
    courier: JournalBuilder, name: str, *, kind: str = "odd", status: int | None = 400, problem: str = ""
) -> None:
    """Record a malformed request and its response."""
    courier.send(
        event=f"{kind}:{name}",
        participant="",
        message_id=f"id-{name}",
        attempt=1,
        kind=kind,
        name=name,
        status=status,
        problem=problem,
        claims="consent.updated",
        is_judged=False,
    )


def deliver_after(courier: JournalBuilder, name: str, *, status: int | None = 204, **more: object) -> None:
    """Record the delivery after the malformed request *name*."""
    more = {"kind": "replay", "is_judged": False, **more}
    courier.deliver("e0", name=f"after {name}", status=status, **more)  # type: ignore[arg-type]


@pytest.fixture
def courier() -> JournalBuilder:
    """A receiver that has acknowledged a plain message."""
    courier = receiver_journal()
    courier.deliver("e0")
    return courier


@pytest.mark.parametrize("status", [200, 400, 411, 501, 505])
def test_any_response_passes(courier: JournalBuilder, status: int) -> None:
    """The next message must be acknowledged."""
    send_malformed(courier, "chunked", status=status)
    deliver_after(courier, "chunked")

    finding = examined(courier)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())
    assert [(case.name, case.verdict) for case in finding.cases] == [("chunked", Verdict.PASS)]


@pytest.mark.parametrize(("status", "verdict"), [(429, Verdict.INCONCLUSIVE), (422, Verdict.FAIL)])
def test_a_rate_limit_of_the_receiver_proves_nothing(courier: JournalBuilder, status: int, verdict: Verdict) -> None:
    """The receiver may limit how many messages arrive in a second."""
    send_malformed(courier, "chunked")
    deliver_after(courier, "chunked", status=status)

    finding = examined(courier)

    assert (finding.verdict, [case.verdict for case in finding.cases]) == (verdict, [verdict])


def test_a_server_error_is_advice(courier: JournalBuilder) -> None:
    """The sender is at fault, and 4xx would show that."""
    send_malformed(courier, "trailers", status=500)
    deliver_after(courier, "trailers")

    finding = examined(courier)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("5xx for malformed requests: trailers; 4xx would show that the sender is at fault",)


def test_no_response_to_an_incomplete_request_passes(courier: JournalBuilder) -> None:
    """The harness closes the connection first after a malformed request."""
    send_malformed(courier, "line_feeds", status=None, problem="hung up without a response")
    deliver_after(courier, "line_feeds")

    assert examined(courier).verdict is Verdict.PASS


def test_the_response_to_an_incomplete_request_does_not_change_the_finding() -> None:
    """The receiver responds, or closes the connection first: which of them comes first depends on timing."""
    findings = []
    for status, problem in ((204, ""), (400, ""), (None, "the receiver closed the connection")):
        receiver = receiver_journal()
        receiver.deliver("e0")
        send_malformed(receiver, "half_closed", kind="broken", status=status, problem=problem)
        deliver_after(receiver, "half_closed")
        findings.append(examined(receiver))

    assert findings[0] == findings[1] == findings[2]
    assert [case.observed for case in findings[0].cases] == ["half closed: the next message was acknowledged"]


def test_a_complete_request_without_a_response_fails(courier: JournalBuilder) -> None:
    """Even an unusual request needs a response."""
    send_malformed(courier, "put", kind="method", status=None, problem="no response within the limit")
    deliver_after(courier, "put")

    assert examined(courier).verdict is Verdict.FAIL


def test_a_message_that_is_refused_afterwards_fails(courier: JournalBuilder) -> None:
    """Both a repetition and a new message are refused."""
    send_malformed(courier, "cut_by_reset", kind="broken")
    deliver_after(courier, "cut_by_reset", status=503)
    courier.deliver("e1", name="after cut_by_reset", status=503)

    finding = examined(courier)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("e1 after cut by reset attempt 1: 503",)


def test_a_repetition_may_be_refused(courier: JournalBuilder) -> None:
    """A new message must be acknowledged instead."""
    send_malformed(courier, "chunked")
    deliver_after(courier, "chunked", status=409)
    courier.deliver("e1", name="after chunked")

    assert examined(courier).verdict is Verdict.PASS


def test_only_the_request_that_stopped_the_receiver_fails(courier: JournalBuilder) -> None:
    """Requests to a stopped receiver prove nothing."""
    send_malformed(courier, "chunked")
    deliver_after(courier, "chunked", status=None, problem="connection refused")
    send_malformed(courier, "trailers", status=None, problem="connection refused")
    deliver_after(courier, "trailers", status=None, problem="connection refused")

    assert [(case.verdict, case.observed) for case in examined(courier).cases] == [
        (Verdict.FAIL, "e0 after chunked attempt 1 replay: connection refused"),
        (Verdict.INCONCLUSIVE, "trailers: the receiver had stopped before it"),
    ]


def test_without_a_later_message_the_result_is_inconclusive(courier: JournalBuilder) -> None:
    """The list of requests was cut short."""
    send_malformed(courier, "chunked")

    finding = examined(courier)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "not every malformed request was followed by a genuine message"
    assert [case.observed for case in finding.cases] == ["chunked: no genuine message was sent after it"]


def test_a_receiver_that_never_acknowledged_is_inconclusive(courier: JournalBuilder) -> None:
    """No genuine message was acknowledged before."""
    refusing = receiver_journal()
    refusing.deliver("e0", status=401)
    send_malformed(refusing, "chunked")
    deliver_after(refusing, "chunked", status=401)

    assert examined(refusing).verdict is Verdict.INCONCLUSIVE
    assert examined(courier).verdict is Verdict.INCONCLUSIVE
