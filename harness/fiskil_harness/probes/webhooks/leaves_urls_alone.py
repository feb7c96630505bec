"""Does the app leave URLs in messages alone, instead of requesting them?"""

from fiskil_harness.journal import CanaryPlanted, CanaryRequested, Delivery, Journal
from fiskil_harness.probes.probe import Case, Finding, Probe, Verdict

URLS = "urls"
KINDS = {"genuine": "a signed", "forged": "a forged"}


class LeavesUrlsAlone(Probe, frozen=True, kw_only=True, tag="leaves_urls_alone"):
    """Check that the app requests no canary URL that the harness put into a field, a header or a signature of a message.

    Each of these parts of a message contains its own URL, so a request proves from which part the app took the URL. Each
    part is a case.
    """

    around = ("deliver_urls",)
    expected = "no request to a URL in a message"
    source = "webhooks.payload"
    fix = "call only the API in your config, and never a URL from a message"

    def examine(self, journal: Journal) -> Finding:
        """Look for canary URLs that were requested."""
        planted = list(dict.fromkeys((canary.place, canary.kind) for canary in journal.all(CanaryPlanted)))
        requested = {(canary.place, canary.kind) for canary in journal.all(CanaryRequested)}
        cases = tuple(_case(place, kind, is_called=(place, kind) in requested) for place, kind in planted)
        called = [_description(*pair) for pair in planted if pair in requested]
        if called:
            observed = f"{len(called)} of {len(planted)} URLs in messages were requested: {called[0]}"
            return self.fails(
                observed,
                evidence=tuple(f"requested {description}" for description in called),
                cases=cases,
            )
        deliveries = [delivery for delivery in journal.all(Delivery) if delivery.name == URLS and delivery.is_genuine]
        if not any(delivery.is_acknowledged for delivery in deliveries):
            return self.inconclusive("no signed message with URLs was acknowledged", cases=cases)
        return self.passes(f"{len(planted)} URLs in messages were not requested", examined=len(planted), cases=cases)


def _case(place: str, kind: str, *, is_called: bool) -> Case:
    name = f"{kind}_{place.lower().replace(' ', '_').replace('.', '_').replace('-', '_')}"
    verdict = Verdict.FAIL if is_called else Verdict.PASS
    return Case(
        name=name, verdict=verdict, observed=f"{_description(place, kind)}: {'requested' if is_called else 'not requested'}"
    )


def _description(place: str, kind: str) -> str:
    return f"the URL in {place} of {KINDS[kind]} message"
