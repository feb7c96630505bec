"""Is the API left alone while only forged messages arrive?"""

from collections import Counter
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import API_URL_IN_ENV, ApiUrlMissing, Delivery, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, call_key, calls, end_user_of
from fiskil_harness.journal.queries.deliveries import kind_of, of_kind
from fiskil_harness.probes.probe import PlainProbe

SURE = 3
"""So many equal calls within one step of forgeries are no schedule of the app's own."""


class CallsNothingForForgeries(PlainProbe, frozen=True, kw_only=True, tag="calls_nothing_for_forgeries"):
    """No call about an end user begins while only forged messages about them arrive, as one does after a genuine message."""

    around: ClassVar[tuple[str, ...]] = ("deliver", "forge", "forge_every")
    expected: ClassVar[str] = "no API call because of a message that Fiskil did not sign"
    source: ClassVar[str] = "webhooks.signature"
    fix: ClassVar[str] = "check the signature over the raw body before the message is parsed, queued or worked on"

    def examine(self, journal: Journal) -> Finding:
        """Count equal calls that began in steps which did nothing but forge."""
        forged = of_kind(journal, "forged")
        if not forged:
            return self.inconclusive("nothing was forged")
        routes = _started_by_genuine(journal, {kind_of(delivery) for delivery in forged} - {""})
        if not routes:
            hook = API_URL_IN_ENV if journal.all(ApiUrlMissing) else ""
            return self.inconclusive("no genuine message of that kind started a call either", hook=hook)
        made = _started_by(journal, forged)
        counts: Counter[CallKey] = Counter(call_key(call) for call in made)
        if counts and max(counts.values()) >= SURE:
            routes_called = sorted({call.route for call in made if counts[call_key(call)] >= SURE})
            seen = f"calls began while only forged messages arrived: {', '.join(routes_called)}"
            return self.fails(seen, evidence=tuple(f"called {route}" for route in routes_called), examined=len(forged))
        if made:
            seen = f"{made[0].route} was called while only forged messages arrived, which may be the app's own schedule"
            return self.inconclusive(seen)
        return self.passes(f"{len(forged)} forged messages started no call", examined=len(forged))


def _started_by(journal: Journal, deliveries: list[Delivery]) -> list[Exchange]:
    """The calls about the deliveries' end users that began in the steps of these deliveries."""
    owners = {end_user_of(delivery) for delivery in deliveries} - {""}
    steps = {delivery.step for delivery in deliveries}
    return [call for call in calls(journal) if call.step in steps and call.end_user_id in owners]


def _started_by_genuine(journal: Journal, kinds: set[str]) -> set[str]:
    """The routes that were called after genuine messages of these kinds."""
    made = [delivery for delivery in of_kind(journal, "genuine") if delivery.outcome == "ack" and kind_of(delivery) in kinds]
    return {call.route for call in _started_by(journal, made)}
