"""Do forged messages cause no API calls?"""

from collections import Counter
from math import inf

from fiskil_harness.journal import API_URL_IN_ENV, ApiUrlMissing, Delivery, Exchange, Idle, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, call_key, calls, end_user_of, kind_of
from fiskil_harness.journal.queries.deliveries import of_kind
from fiskil_harness.probes.probe import Finding, Probe

SURE = 3
"""Number of equal API calls in steps with forgeries, for each one in the idle step, that no schedule of the app explains."""


class CallsNothingForForgeries(Probe, frozen=True, kw_only=True, tag="calls_nothing_for_forgeries"):
    """Check that forged messages cause no API calls about their end user, if genuine messages of that kind cause calls.

    Calls of which the app makes a third or more in an idle step after the forgeries may be its own schedule. Fewer of them
    may be late work that a forgery caused.
    """

    around = ("deliver", "forge", "forge_every")
    expected = "no API call because of a message that Fiskil did not sign"
    source = "webhooks.signature"
    fix = "verify the signature over the raw body before the message is parsed, queued or processed"

    def examine(self, journal: Journal) -> Finding:
        """Count equal calls that began in the steps with forgeries."""
        forged = of_kind(journal, "forged")
        if not forged:
            return self.inconclusive("no forged message was delivered")
        routes = _started_by_genuine(journal, {kind_of(delivery) for delivery in forged} - {""})
        if not routes:
            hook = API_URL_IN_ENV if journal.all(ApiUrlMissing) else ""
            return self.inconclusive(
                "no genuine message of the forged kinds started an API call, so there is nothing to compare", hook=hook
            )
        started = _started_by(journal, forged)
        counts: Counter[CallKey] = Counter(call_key(call) for call in started)
        began_s = {idle.step: idle.at_s for idle in journal.all(Idle) if idle.step - 1 in {sent.step for sent in forged}}
        idle = Counter(call_key(call) for call in calls(journal) if call.at_s >= began_s.get(call.step, inf))
        certain = {key for key, count in counts.items() if count >= SURE and count > SURE * idle[key]}
        if certain:
            routes_called = sorted({call.route for call in started if call_key(call) in certain})
            observed = f"API calls began while only forged messages arrived: {', '.join(routes_called)}"
            return self.fails(observed, evidence=tuple(f"called {route}" for route in routes_called))
        if started:
            observed = (
                f"{started[0].route} was called while only forged messages arrived; this may be the app's own schedule"
            )
            return self.inconclusive(observed)
        return self.passes(f"{len(forged)} forged messages started no API call", examined=len(forged))


def _started_by(journal: Journal, deliveries: list[Delivery]) -> list[Exchange]:
    """Return the API calls about end users of *deliveries* that began in the steps of *deliveries*."""
    owners = {end_user_of(delivery) for delivery in deliveries} - {""}
    steps = {delivery.step for delivery in deliveries}
    return [call for call in calls(journal) if call.step in steps and call.end_user_id in owners]


def _started_by_genuine(journal: Journal, kinds: set[str]) -> set[str]:
    """Return the API routes that the app called after genuine messages about *kinds* of events."""
    deliveries = [
        delivery for delivery in of_kind(journal, "genuine") if delivery.is_acknowledged and kind_of(delivery) in kinds
    ]
    return {call.route for call in _started_by(journal, deliveries)}
