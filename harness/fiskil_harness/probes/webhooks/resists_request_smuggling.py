"""Does what stands in a refused body stay a body?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import last_applied, line, of_kind, response_text
from fiskil_harness.probes.probe import PlainProbe


class ResistsRequestSmuggling(PlainProbe, frozen=True, kw_only=True, tag="resists_request_smuggling"):
    """After a refusal the next answer on the connection belongs to the next request, or the connection is closed.

    A body that reads like a request is answered by nobody and has no effect.
    """

    expected: ClassVar[str] = "no answer to and no effect of what stands in a body, and each answer to its own request"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "before you answer a refusal read its body to the end, or close the connection with the answer"

    def examine(self, journal: Journal) -> Finding:
        """Look for answers and effects of embedded requests, and for genuine ones refused in their place."""
        refused = [delivery for delivery in of_kind(journal, "refusable") if delivery.outcome == "refuse"]
        if not refused:
            return self.inconclusive("nothing that can be refused was refused")
        cases = tuple(_case(journal, delivery) for delivery in refused)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            seen = f"after {len(failed)} of {len(cases)} refusals the connection was out of step: {failed[0].observed}"
            return self.fails(seen, evidence=tuple(case.observed for case in failed), examined=len(cases), cases=cases)
        doubtful = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if doubtful:
            return self.inconclusive(doubtful[0].observed, cases=cases)
        seen = f"after {len(cases)} refusals the next answer belonged to the next request, or the connection was closed"
        return self.passes(seen, examined=len(cases), cases=cases)


def _case(journal: Journal, refused: Delivery) -> Case:
    name = refused.name
    plain = name.replace("_", " ")
    embedded = next((delivery for delivery in of_kind(journal, "embedded") if delivery.name == name), None)
    behind = _named(journal, f"behind {name}")
    after = _named(journal, f"after {name}")
    if _was_applied(journal, name):
        verdict, seen = Verdict.FAIL, f"{plain}: a request inside the refused body was applied"
    elif embedded is not None:
        verdict, seen = Verdict.FAIL, f"{plain}: a request inside the refused body was answered {response_text(embedded)}"
    elif behind is not None and behind.outcome == "refuse" and after is not None and after.outcome == "ack":
        verdict, seen = Verdict.FAIL, line(behind)
    elif any(delivery is not None and delivery.outcome == "ack" for delivery in (behind, after)):
        verdict, seen = Verdict.PASS, f"{plain}: {response_text(refused)}"
    else:
        verdict, seen = Verdict.INCONCLUSIVE, f"no genuine message was acknowledged after a refusal ({plain})"
    return Case(name=name, verdict=verdict, observed=seen, events=(refused.event,))


def _was_applied(journal: Journal, name: str) -> bool:
    told = last_applied(journal) or {}
    return any(count and journal.names.get(text) == f"embedded:{name}" for text, count in told.items())


def _named(journal: Journal, name: str) -> Delivery | None:
    return next((delivery for delivery in journal.all(Delivery) if delivery.name == name), None)
