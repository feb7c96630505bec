"""Does the app call no URL that it found in a message?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Case, Finding, Verdict
from fiskil_harness.journal import CanaryPlanted, CanaryRequested, Delivery, Journal
from fiskil_harness.probes.probe import PlainProbe

URLS = "urls"
KINDS = {"genuine": "a signed", "forged": "a forged"}


class LeavesUrlsAlone(PlainProbe, frozen=True, kw_only=True, tag="leaves_urls_alone"):
    """No URL of ours is called that stood in a field, a header or a signature of a message, and nowhere else.

    Each place is a case.
    """

    around: ClassVar[tuple[str, ...]] = ("deliver_urls",)
    expected: ClassVar[str] = "no call to an address that a message names"
    source: ClassVar[str] = "webhooks.payload"
    fix: ClassVar[str] = "read from the API that your config names, and call no address that a request names"

    def examine(self, journal: Journal) -> Finding:
        """Look for bait that was taken."""
        laid = list(
            dict.fromkeys((canary_planted.place, canary_planted.kind) for canary_planted in journal.all(CanaryPlanted))
        )
        taken = {(canary_requested.place, canary_requested.kind) for canary_requested in journal.all(CanaryRequested)}
        cases = tuple(_case(place, kind, is_taken=(place, kind) in taken) for place, kind in laid)
        called = [_words(*pair) for pair in laid if pair in taken]
        if called:
            seen = f"{len(called)} of {len(laid)} URLs in messages were called: {called[0]}"
            return self.fails(seen, evidence=tuple(f"called {text}" for text in called), examined=len(laid), cases=cases)
        carried = [delivery for delivery in journal.all(Delivery) if delivery.name == URLS and delivery.kind == "genuine"]
        if not any(delivery.outcome == "ack" for delivery in carried):
            return self.inconclusive("no signed message with URLs was acknowledged", cases=cases)
        return self.passes(f"{len(laid)} URLs in messages were left alone", examined=len(laid), cases=cases)


def _case(place: str, kind: str, *, is_taken: bool) -> Case:
    name = f"{kind}_{place.lower().replace(' ', '_').replace('.', '_').replace('-', '_')}"
    verdict = Verdict.FAIL if is_taken else Verdict.PASS
    return Case(name=name, verdict=verdict, observed=f"{_words(place, kind)}: {'called' if is_taken else 'left alone'}")


def _words(place: str, kind: str) -> str:
    return f"the URL in {place} of {KINDS[kind]} message"
