"""Does the receiver keep working after every malformed request?"""

from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    case_of,
    describe,
    first_of,
    genuine,
    readable,
    requests_pause,
    response_text,
)
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

LAWFUL_5XX = {501, 503, 505}
GONE = "connection refused"


class SurvivesMalformedRequests(Probe, frozen=True, kw_only=True, tag="survives_malformed_requests"):
    """Check that the receiver acknowledges the next genuine message after each malformed request.

    Each complete malformed request must also get a response, with any status: 2xx, 4xx or 5xx. The response is part of no
    passing case: whether an incomplete request gets one, or its connection is closed first, depends on timing.
    """

    judges_responses = True
    expected = "a response to every complete request, and 2xx for the genuine message after it"
    source = "webhooks.success"
    fix = "isolate each request: catch its errors, close its connection if it is broken, and serve the next one"

    def examine(self, journal: Journal) -> Finding:
        """Judge each malformed request by the genuine messages after it."""
        sent = [delivery for delivery in journal.all(Delivery) if delivery.is_unusual_http]
        if not sent:
            return self.inconclusive("no malformed request was sent")
        if not any(delivery.is_acknowledged and delivery.at_s < sent[0].at_s for delivery in genuine(journal)):
            return self.inconclusive("no genuine message was acknowledged before, so a refusal afterwards proves nothing")
        cases, is_down = [], False
        for delivery in sent:
            case = (
                _inconclusive_case(delivery, "the receiver had stopped before it") if is_down else _case(journal, delivery)
            )
            is_down = is_down or (case.verdict is Verdict.FAIL and _is_down(journal, delivery))
            cases.append(case)
        advice = _advice(sent)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            observed = f"after {len(failed)} of {len(cases)} malformed requests the receiver failed: {failed[0].observed}"
            evidence = tuple(case.observed for case in failed)
            return self.fails(observed, evidence=evidence, advice=advice, cases=tuple(cases))
        passed = [case for case in cases if case.verdict is Verdict.PASS]
        if len(passed) < len(cases):
            return self.inconclusive(
                "not every malformed request was followed by a genuine message", advice=advice, cases=tuple(cases)
            )
        observed = f"after each of {len(cases)} malformed requests the next message was acknowledged"
        return self.passes(observed, examined=len(cases), advice=advice, cases=tuple(cases))


def _case(journal: Journal, delivery: Delivery) -> Case:
    if "limit" in delivery.problem:
        return case_of(delivery, Verdict.FAIL, f"{readable(delivery.name)}: {response_text(delivery)}")
    after = _after(journal, delivery)
    if not after:
        return _inconclusive_case(delivery, "no genuine message was sent after it")
    if all(map(requests_pause, after)):
        return _inconclusive_case(delivery, "the receiver postponed the genuine message after it")
    if not any(other.is_acknowledged for other in after):
        return case_of(delivery, Verdict.FAIL, describe(after[-1]))
    return case_of(delivery, Verdict.PASS, f"{readable(delivery.name)}: the next message was acknowledged")


def _after(journal: Journal, delivery: Delivery) -> list[Delivery]:
    return [other for other in journal.all(Delivery) if other.name == f"after {delivery.name}"]


def _is_down(journal: Journal, delivery: Delivery) -> bool:
    return any(other.problem == GONE for other in _after(journal, delivery))


def _inconclusive_case(delivery: Delivery, reason: str) -> Case:
    return case_of(delivery, Verdict.INCONCLUSIVE, f"{readable(delivery.name)}: {reason}")


def _advice(sent: list[Delivery]) -> tuple[str, ...]:
    failing = [delivery for delivery in sent if delivery.is_server_error and delivery.status not in LAWFUL_5XX]
    if not failing:
        return ()
    names = first_of([readable(delivery.name) for delivery in failing])
    return (f"5xx for malformed requests: {names}; 4xx would show that the sender is at fault",)
