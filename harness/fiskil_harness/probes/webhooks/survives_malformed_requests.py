"""Does the receiver work as before after whatever came over the wire?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import genuine, line, response_text
from fiskil_harness.probes.probe import PlainProbe

FAMILIES = {"odd", "broken", "method"}
LAWFUL_5XX = {501, 503, 505}
GONE = "connection refused"


class SurvivesMalformedRequests(PlainProbe, frozen=True, kw_only=True, tag="survives_malformed_requests"):
    """After each odd or broken request the next genuine message is acknowledged (I14), and whole requests get an answer.

    Any answer will do: 2xx, 4xx, even 501.
    """

    expected: ClassVar[str] = "an answer to every whole request, and 2xx for the genuine message after it"
    source: ClassVar[str] = "webhooks.success"
    fix: ClassVar[str] = "let one request fail alone: catch errors for each, close what is broken, and serve the next"

    def examine(self, journal: Journal) -> Finding:
        """Look at each request and what came after it."""
        sent = [delivery for delivery in journal.all(Delivery) if delivery.kind in FAMILIES]
        if not sent:
            return self.inconclusive("nothing odd was sent")
        if not any(delivery.outcome == "ack" and delivery.at_s < sent[0].at_s for delivery in genuine(journal)):
            return self.inconclusive("no genuine message was acknowledged before, so nothing can have stopped working")
        cases, was_killed = [], False
        for delivery in sent:
            case = _unjudged(delivery) if was_killed else _case(journal, delivery)
            was_killed = was_killed or (case.verdict is Verdict.FAIL and _is_gone(journal, delivery))
            cases.append(case)
        advice = _advice(sent)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            seen = f"after {len(failed)} of {len(cases)} odd requests the receiver did not go on: {failed[0].observed}"
            evidence = tuple(value.observed for value in failed)
            return self.fails(seen, evidence=evidence, examined=len(cases), advice=advice, cases=tuple(cases))
        looked = [case for case in cases if case.verdict is Verdict.PASS]
        if len(looked) < len(cases):
            return self.inconclusive(
                "not every odd request was followed by a genuine one", advice=advice, cases=tuple(cases)
            )
        seen = f"after each of {len(cases)} odd requests the next message was acknowledged"
        return self.passes(seen, examined=len(cases), advice=advice, cases=tuple(cases))


def _case(journal: Journal, one: Delivery) -> Case:
    if "limit" in one.trouble:
        return _judged(one, Verdict.FAIL, f"{_plain(one.name)}: {response_text(one)}")
    after = _after(journal, one)
    if not after:
        return _unjudged(one)
    taken = any(other.outcome == "ack" for other in after)
    seen = f"{_plain(one.name)}: {response_text(one)}" if taken else line(after[-1])
    return _judged(one, Verdict.PASS if taken else Verdict.FAIL, seen)


def _after(journal: Journal, one: Delivery) -> list[Delivery]:
    return [other for other in journal.all(Delivery) if other.name == f"after {one.name}"]


def _is_gone(journal: Journal, one: Delivery) -> bool:
    return any(other.trouble == GONE for other in _after(journal, one))


def _judged(one: Delivery, verdict: Verdict, seen: str) -> Case:
    return Case(name=one.name, verdict=verdict, observed=seen, events=(one.event,))


def _unjudged(one: Delivery) -> Case:
    return _judged(one, Verdict.INCONCLUSIVE, f"{_plain(one.name)}: {response_text(one)}")


def _advice(sent: list[Delivery]) -> tuple[str, ...]:
    failing = [
        delivery
        for delivery in sent
        if delivery.status is not None and delivery.status >= 500 and delivery.status not in LAWFUL_5XX
    ]
    if not failing:
        return ()
    more = f" and {len(failing) - 4} more" if len(failing) > 4 else ""
    names = ", ".join(_plain(delivery.name) for delivery in failing[:4])
    return (f"5xx on requests that are odd and whole or broken: {names}{more}; 4xx would say that the sender is wrong",)


def _plain(name: str) -> str:
    return name.replace("_", " ")
