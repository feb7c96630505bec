"""Does the receiver accept every valid generated message, and survive the invalid ones?"""

from fiskil_harness.journal import API_URL_IN_ENV, Delivery, Journal
from fiskil_harness.journal.queries.deliveries import genuine, last_applied, of_kind, requests_pause, why_busy
from fiskil_harness.journal.queries.unreachable_api import REMEDY, may_lack_the_api
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

FUZZ = "fuzz:"
VALID = "valid"
REPRODUCE = "the same seed generates the same bodies"


class SurvivesFuzzing(Probe, frozen=True, kw_only=True, tag="survives_fuzzing"):
    """Check that valid generated bodies get 2xx and have at most one effect, and that invalid ones get any response.

    The probe fails if a body gets no response, or if genuine messages are refused afterwards. A server error
    (5xx) in response to an invalid body gives only advice.
    """

    expected = "2xx for every valid message, a response to every request, and 2xx for genuine messages afterwards"
    source = "webhooks.payload"
    fix = "read only the fields that you need, ignore the others, and respond with 400 to unreadable bodies"

    def examine(self, journal: Journal) -> Finding:
        """Look for missing responses, refused valid bodies, repeated effects, and genuine messages refused afterwards."""
        sent = [delivery for delivery in of_kind(journal, "unusual") if delivery.event.startswith(FUZZ)]
        if not sent:
            return self.inconclusive("no generated body was sent")
        deliveries = genuine(journal)
        later = [delivery for delivery in deliveries if delivery.at_s > sent[-1].at_s]
        after = [delivery for delivery in later if not (may_lack_the_api(journal, delivery) or requests_pause(delivery))]
        if not any(delivery.is_acknowledged for delivery in deliveries if delivery.at_s < sent[0].at_s):
            return self.inconclusive("no genuine message was acknowledged before, so a refusal proves nothing")
        advice = _advice_on_server_errors(sent)
        conclusive = [
            delivery
            for delivery in sent
            if delivery.name != VALID or not (may_lack_the_api(journal, delivery) or requests_pause(delivery))
        ]
        failures = (_without_response(sent), _broken_after(after), _refused(conclusive), _repeated(journal, sent))
        failed_cases = [(name, *failure) for name, failure in zip(CASES, failures, strict=True) if failure]
        failed_names = {name for name, _, _ in failed_cases}
        cases = tuple(Case(name=name, verdict=Verdict.FAIL if name in failed_names else Verdict.PASS) for name in CASES)
        if failed_cases:
            _, observed, evidence = failed_cases[0]
            return self.fails(observed, evidence=(*evidence, REPRODUCE), advice=advice, cases=cases)
        if why := _why_inconclusive(journal, sent, later):
            return self.inconclusive(*why, advice=advice)
        valid = sum(delivery.name == VALID for delivery in sent)
        observed = f"{valid} valid bodies were acknowledged, and {len(sent) - valid} invalid ones did no harm"
        return self.passes(observed, examined=len(sent), advice=advice, cases=cases)


POSTPONED = "the receiver requested a pause (429, or 503 with Retry-After), so not every message was judged"
CASES = ("responds_to_everything", "works_afterwards", "accepts_valid_bodies", "applies_once")


def _why_inconclusive(journal: Journal, sent: list[Delivery], later: list[Delivery]) -> tuple[str, str] | None:
    """Return the reason why not every message was judged, and the hook that would help ('' if none), or None."""
    valid = [delivery for delivery in sent if delivery.name == VALID]
    if any(map(requests_pause, valid)) or (later and all(map(requests_pause, later))):
        return POSTPONED, ""
    lacking = [delivery for delivery in valid if may_lack_the_api(journal, delivery)]
    if lacking:
        return f"{len(lacking)} valid bodies got a server error; {REMEDY}", API_URL_IN_ENV
    return why_busy(journal)


def _without_response(sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    """Return the observation and evidence if the receiver stopped or hung after a generated body, or None."""
    if any(delivery.problem == "connection refused" for delivery in sent):
        first = next(delivery for delivery in sent if delivery.status is None)
        return "the receiver stopped listening after a generated body", (_line(first),)
    hung = [delivery for delivery in sent if "limit" in delivery.problem]
    return (f"{len(hung)} generated bodies got no response", tuple(map(_line, hung))) if hung else None


def _broken_after(after: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    if not after or any(delivery.is_acknowledged for delivery in after):
        return None
    return "genuine messages were no longer acknowledged", tuple(
        f"{delivery.event}: {delivery.status or 'no response'}" for delivery in after
    )


def _refused(sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    valid = [delivery for delivery in sent if delivery.name == VALID]
    refused = [delivery for delivery in valid if not delivery.is_acknowledged]
    if not refused:
        return None
    return f"{len(refused)} of {len(valid)} valid bodies were not acknowledged", tuple(map(_line, refused))


def _repeated(journal: Journal, sent: list[Delivery]) -> tuple[str, tuple[str, ...]] | None:
    counts = last_applied(journal) or {}
    repeated_effects = [delivery for delivery in sent if counts.get(delivery.message_id, 0) > 1]
    if not repeated_effects:
        return None
    return f"{len(repeated_effects)} generated messages were applied more than once", tuple(map(_line, repeated_effects))


def _advice_on_server_errors(sent: list[Delivery]) -> tuple[str, ...]:
    has_failed = any(delivery.is_server_error for delivery in sent if delivery.name != VALID)
    return ("5xx for signed bodies that the sender never sends; 400 would end the retries",) if has_failed else ()


def _line(delivery: Delivery) -> str:
    # The error of a connection to a crashing process depends on timing, so no finding contains the error.
    return f"{delivery.event.replace(':', ' ')}, {delivery.name}: {delivery.status or 'no response'}"
