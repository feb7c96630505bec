"""Is a request that is embedded in a refused body ignored (request smuggling)?"""

from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    case_of,
    describe,
    last_applied,
    of_kind,
    readable,
    requests_pause,
    response_text,
)
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict


class ResistsRequestSmuggling(Probe, frozen=True, kw_only=True, tag="resists_request_smuggling"):
    """Check that a request embedded in a refused body gets no response and has no effect.

    After the refusal, the next response must belong to the next request, or the connection must be closed.
    """

    expected = "no response to and no effect of a request inside a body, and each response to its own request"
    source = "webhooks.signature"
    fix = "before you refuse a request, read its body to the end, or close the connection with the response"

    def examine(self, journal: Journal) -> Finding:
        """Look for responses to embedded requests, for their effects, and for genuine requests that were refused instead."""
        refused = [delivery for delivery in of_kind(journal, "refusable") if delivery.is_refused]
        if not refused:
            return self.inconclusive("no request that the receiver may refuse was refused")
        cases = tuple(_case(journal, delivery) for delivery in refused)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            observed = f"after {len(failed)} of {len(cases)} refusals the responses were out of order: {failed[0].observed}"
            return self.fails(observed, evidence=tuple(case.observed for case in failed), cases=cases)
        inconclusive = [case for case in cases if case.verdict is Verdict.INCONCLUSIVE]
        if inconclusive:
            return self.inconclusive(inconclusive[0].observed, cases=cases)
        observed = (
            f"after {len(cases)} refusals the next response belonged to the next request, or the connection was closed"
        )
        return self.passes(observed, examined=len(cases), cases=cases)


def _case(journal: Journal, refused: Delivery) -> Case:
    name = refused.name
    variant = readable(name)
    embedded = next((delivery for delivery in of_kind(journal, "embedded") if delivery.name == name), None)
    behind = _named(journal, f"behind {name}")
    after = _named(journal, f"after {name}")
    if _was_applied(journal, name):
        verdict, observed = Verdict.FAIL, f"{variant}: a request inside the refused body was applied"
    elif embedded is not None:
        verdict, observed = Verdict.FAIL, f"{variant}: a request inside the refused body got {response_text(embedded)}"
    elif behind is not None and _is_out_of_order(behind) and after is not None and after.is_acknowledged:
        verdict, observed = Verdict.FAIL, describe(behind)
    elif any(delivery is not None and delivery.is_acknowledged for delivery in (behind, after)):
        # Whether the receiver responds to the rest of the body or closes the connection first depends on timing.
        verdict, observed = Verdict.PASS, f"{variant}: no request inside the refused body was handled"
    else:
        verdict, observed = Verdict.INCONCLUSIVE, f"no genuine message was acknowledged after a refusal ({variant})"
    return case_of(refused, verdict, observed)


def _was_applied(journal: Journal, name: str) -> bool:
    counts = last_applied(journal) or {}
    return any(count and journal.names.get(message_id) == f"embedded:{name}" for message_id, count in counts.items())


def _named(journal: Journal, name: str) -> Delivery | None:
    return next((delivery for delivery in journal.all(Delivery) if delivery.name == name), None)


def _is_out_of_order(behind: Delivery) -> bool:
    """Return True if the genuine message behind the body was refused, other than by a rate limit."""
    return behind.is_refused and not requests_pause(behind)
