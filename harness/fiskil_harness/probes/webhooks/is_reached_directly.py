"""Does the receiver itself answer, with nothing in front that is made for people?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.journal.queries.deliveries import genuine, line, of_kind
from fiskil_harness.probes.probe import PlainProbe

SIGN_IN = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in", "sso", "oauth")
FORGED_FORMS = (b"csrf", b"xsrf", b"cross-site", b"authenticitytoken", b"page expired")
REFUSES_FORMS = {400, 403, 419, 422}
AS_BROWSER = "as a browser"


class IsReachedDirectly(PlainProbe, frozen=True, kw_only=True, tag="is_reached_directly"):
    """A genuine delivery gets no redirect, no login page and no complaint about a forged form."""

    expected: ClassVar[str] = "2xx from the very URL that is registered, without cookies, tokens or a login"
    source: ClassVar[str] = "webhooks.success"
    fix: ClassVar[str] = "register the final URL, and exempt its path from login and CSRF checks: its signature is the check"

    def examine(self, journal: Journal) -> Finding:
        """Look at what refused genuine deliveries."""
        made = genuine(journal)
        if not made:
            return self.inconclusive("no genuine message was delivered")
        found = {
            "redirect": [delivery for delivery in made if _is_redirect(delivery) and not _is_login(delivery)],
            "login": [delivery for delivery in made if _is_redirect(delivery) and _is_login(delivery)],
            "csrf": _refused_as_forms(journal, made),
        }
        taken = sum(1 for delivery in made if delivery.outcome == "ack")
        otherwise = Verdict.PASS if taken else Verdict.INCONCLUSIVE
        cases = tuple(_case(name, ones, otherwise) for name, ones in found.items())
        guilty = [delivery for ones in found.values() for delivery in ones]
        if guilty:
            seen = (
                f"genuine deliveries did not reach the receiver: {', '.join(name for name, ones in found.items() if ones)}"
            )
            evidence = tuple(dict.fromkeys(line(delivery) for delivery in guilty))
            return self.fails(seen, evidence=evidence, examined=len(made), cases=cases)
        if not taken:
            return self.inconclusive("no genuine message was acknowledged, and nothing tells who refused it", cases=cases)
        return self.passes(f"{taken} genuine deliveries were answered by the receiver", examined=taken, cases=cases)


def _case(name: str, ones: list[Delivery], otherwise: Verdict) -> Case:
    verdict = Verdict.FAIL if ones else otherwise
    return Case(
        name=name,
        verdict=verdict,
        observed=line(ones[0]) if ones else name,
        events=tuple(delivery.event for delivery in ones[:3]),
    )


def _is_redirect(one: Delivery) -> bool:
    return one.status is not None and 300 <= one.status < 400


def _is_login(one: Delivery) -> bool:
    places = [value.lower() for name, value in one.response_headers if name == "location"]
    return any(word in place for word in SIGN_IN for place in places)


def _refused_as_forms(journal: Journal, made: list[Delivery]) -> list[Delivery]:
    """Deliveries whose refusal speaks of forged forms, or that were taken with what a browser adds."""
    as_browser = {
        delivery.message_id
        for delivery in of_kind(journal, "genuine")
        if delivery.name == AS_BROWSER and delivery.outcome == "ack"
    }
    refused = [delivery for delivery in made if delivery.status in REFUSES_FORMS and delivery.name != AS_BROWSER]
    return [
        delivery
        for delivery in refused
        if delivery.message_id in as_browser or any(word in delivery.response_body.lower() for word in FORGED_FORMS)
    ]
