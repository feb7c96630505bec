"""Does each delivery reach the receiver itself, without a redirect, a login or a CSRF check in front of it?"""

from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import describe, genuine, of_kind
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

SIGN_IN = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in", "sso", "oauth")
CSRF_WORDS = (b"csrf", b"xsrf", b"cross-site", b"authenticitytoken", b"page expired")
CSRF_STATUSES = {400, 403, 419, 422}
AS_BROWSER = "as a browser"


class IsReachedDirectly(Probe, frozen=True, kw_only=True, tag="is_reached_directly"):
    """Check that a genuine delivery gets no redirect, no login page and no CSRF error."""

    expected = "2xx directly from the registered URL, without cookies, tokens or a login"
    source = "webhooks.success"
    fix = "register the final URL, and exempt its path from login and CSRF checks: its signature is the check"

    def examine(self, journal: Journal) -> Finding:
        """Look for redirects, login pages and CSRF errors in the responses to genuine deliveries."""
        deliveries = genuine(journal)
        if not deliveries:
            return self.inconclusive("no genuine message was delivered")
        by_cause = {
            "redirect": [delivery for delivery in deliveries if _is_redirect(delivery) and not _is_login(delivery)],
            "login": [delivery for delivery in deliveries if _is_redirect(delivery) and _is_login(delivery)],
            "csrf": _refused_by_csrf_check(journal, deliveries),
        }
        acknowledged = sum(1 for delivery in deliveries if delivery.is_acknowledged)
        otherwise = Verdict.PASS if acknowledged else Verdict.INCONCLUSIVE
        cases = tuple(_case(name, refused, otherwise) for name, refused in by_cause.items())
        failed = [delivery for refused in by_cause.values() for delivery in refused]
        if failed:
            causes = ", ".join(name for name, refused in by_cause.items() if refused)
            observed = f"genuine deliveries did not reach the receiver: {causes}"
            evidence = tuple(dict.fromkeys(describe(delivery) for delivery in failed))
            return self.fails(observed, evidence=evidence, cases=cases)
        if not acknowledged:
            return self.inconclusive("no genuine message was acknowledged, and no response shows why", cases=cases)
        return self.passes(
            f"{acknowledged} genuine deliveries were acknowledged by the receiver", examined=acknowledged, cases=cases
        )


def _case(name: str, refused: list[Delivery], otherwise: Verdict) -> Case:
    verdict = Verdict.FAIL if refused else otherwise
    return Case(
        name=name,
        verdict=verdict,
        observed=describe(refused[0]) if refused else name,
        events=tuple(delivery.event for delivery in refused[:3]),
    )


def _is_redirect(delivery: Delivery) -> bool:
    return delivery.status is not None and 300 <= delivery.status < 400


def _is_login(delivery: Delivery) -> bool:
    locations = [value.lower() for name, value in delivery.response_headers if name == "location"]
    return any(word in location for word in SIGN_IN for location in locations)


def _refused_by_csrf_check(journal: Journal, deliveries: list[Delivery]) -> list[Delivery]:
    """Return deliveries that a CSRF check refused: the response mentions CSRF, or a copy with browser headers got 2xx."""
    accepted_as_browser = {
        delivery.message_id
        for delivery in of_kind(journal, "genuine")
        if delivery.name == AS_BROWSER and delivery.is_acknowledged
    }
    refused = [delivery for delivery in deliveries if delivery.status in CSRF_STATUSES and delivery.name != AS_BROWSER]
    return [
        delivery
        for delivery in refused
        if delivery.message_id in accepted_as_browser or any(word in delivery.response_body.lower() for word in CSRF_WORDS)
    ]
