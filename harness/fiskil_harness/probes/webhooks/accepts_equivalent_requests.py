"""Is a genuine message accepted in every equivalent variant of its HTTP request?"""

from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import (
    CONNECTION_REFUSED,
    by_message,
    case_of,
    describe,
    events_by_id,
    genuine,
    last_applied,
    readable,
    requests_pause,
    response_text,
    why_busy,
)
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict


class AcceptsEquivalentRequests(Probe, frozen=True, kw_only=True, tag="accepts_equivalent_requests"):
    """Check that a genuine message is accepted with any header case, charset, chunks and TCP segments."""

    expected = "2xx and the effect for every equivalent form of a request: header case, charset, chunks"
    source = "webhooks.success"
    fix = (
        "use an HTTP server library to parse requests: header names are case-insensitive, bodies may be chunked, "
        "content types may have parameters"
    )

    def examine(self, journal: Journal) -> Finding:
        """Judge the responses to each variant of a request, if ordinary requests are acknowledged."""
        deliveries = genuine(journal)
        forms = list(by_message(delivery for delivery in deliveries if delivery.name).values())
        if not forms:
            return self.inconclusive("no message was delivered in another form")
        if not any(delivery.is_acknowledged and not delivery.name for delivery in deliveries):
            return self.inconclusive("no plain delivery was acknowledged, so a refusal cannot be attributed to the form")
        cases = tuple(_case(journal, attempts) for attempts in forms)
        failed = [case for case in cases if case.verdict is Verdict.FAIL]
        if failed:
            observed = (
                f"{len(failed)} of {len(cases)} forms of a genuine message were not accepted: {readable(failed[0].name)}"
            )
            evidence = tuple(
                describe(attempts[-1]) for attempts in forms if attempts[-1].name in {case.name for case in failed}
            )
            return self.fails(observed, evidence=evidence, cases=cases)
        if any(case.verdict is Verdict.INCONCLUSIVE for case in cases):
            reason, hook = _why_inconclusive(journal, forms)
            return self.inconclusive(reason, hook=hook, cases=cases)
        return self.passes(f"{len(cases)} forms of a genuine message were accepted", examined=len(cases), cases=cases)


def _case(journal: Journal, attempts: list[Delivery]) -> Case:
    """Return the case for one variant of a request; *attempts* are its deliveries (two if the first was refused)."""
    last, verdict = attempts[-1], Verdict.PASS
    if _was_never_received(attempts) or _was_postponed(attempts):
        verdict = Verdict.INCONCLUSIVE
    elif not any(delivery.is_acknowledged for delivery in attempts):
        verdict = Verdict.FAIL
    elif _is_ignored(journal, last):
        verdict = Verdict.INCONCLUSIVE if why_busy(journal) else Verdict.FAIL
    return case_of(last, verdict, f"{readable(last.name)}: {response_text(last)}")


def _why_inconclusive(journal: Journal, forms: list[list[Delivery]]) -> tuple[str, str]:
    """Return the reason why a variant of the request cannot be judged, and the hook that would help ('' if none)."""
    if any(_was_never_received(attempts) for attempts in forms):
        return "the receiver stopped listening before every form had been tried", ""
    if any(_was_postponed(attempts) for attempts in forms):
        return "the receiver responded with 429 or Retry-After before every form had been tried", ""
    return why_busy(journal) or ("", "")


def _was_never_received(attempts: list[Delivery]) -> bool:
    """Return True if every attempt found the receiver stopped, so that the failure does not depend on the variant."""
    return all(delivery.problem == CONNECTION_REFUSED for delivery in attempts)


def _was_postponed(attempts: list[Delivery]) -> bool:
    """Return True if every attempt got 429 or 503 with Retry-After, so that the failure does not depend on the variant."""
    return all(requests_pause(delivery) for delivery in attempts)


def _is_ignored(journal: Journal, delivery: Delivery) -> bool:
    """Return True if *delivery* was acknowledged and not applied, although another event of its kind was applied."""
    counts, events = last_applied(journal), events_by_id(journal)
    if counts is None or delivery.message_id not in events or counts.get(delivery.message_id):
        return False
    applied = {events[message_id].kind for message_id, count in counts.items() if count and message_id in events}
    return events[delivery.message_id].kind in applied
