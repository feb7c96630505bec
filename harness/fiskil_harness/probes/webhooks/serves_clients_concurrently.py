"""Is a delivery acknowledged while another, slow client is connected?"""

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Delivery, Journal, SlowClient
from fiskil_harness.journal.queries.deliveries import ended_s
from fiskil_harness.journal.queries.pauses import paused_s
from fiskil_harness.probes.probe import Probe

LEAST_WAIT_S = 0.3
"""A slow connection that ends sooner after the delivery than this shows nothing, in real seconds."""
LEAST_FACTOR = 1.5
"""In two trials that show the dependence, the longer wait for the slow client is at least this many times the other."""
PROMPT_SHARE = 0.5
"""A delivery without a slow client is prompt if it took at most this share of the shortest wait for a slow client."""
ALONE = "alone"


class ServesClientsConcurrently(Probe, frozen=True, kw_only=True, tag="serves_clients_concurrently"):
    """Check that no delivery waits until another, slow client has left, however short the wait is.

    A FAIL needs two trials in which the response came only after the slow client had left, although it stayed for different
    times, and prompt responses to deliveries without a slow client.
    """

    expected = "a response while other clients are connected and slow"
    source = "webhooks.prompt"
    fix = "serve requests concurrently, or behind a server that buffers slow clients"

    def examine(self, journal: Journal) -> Finding:
        """Compare the end of each slow connection with the response to the delivery beside it."""
        trials = [client for client in journal.all(SlowClient) if _delivery_of(journal, client).is_acknowledged]
        independent = {client.behaviour for client in trials if client.ended_s is None}
        waits_s: dict[str, list[float]] = {}
        for client in trials:
            wait_s = _wait_s(journal, client)
            if wait_s and client.behaviour not in independent:
                waits_s.setdefault(client.behaviour, []).append(wait_s)
        blocked = [behaviour for behaviour, times_s in waits_s.items() if _is_proven(journal, times_s)]
        if blocked:
            lines = tuple(f"beside a client that {behaviour.replace('_', ' ')}" for behaviour in blocked)
            observed = f"a delivery was acknowledged only after another client had left: {lines[0]}"
            return self.fails(observed, evidence=lines)
        if waits_s:
            return self.inconclusive("a delivery beside a slow client was acknowledged late, but that may have other causes")
        return self.passes("deliveries were acknowledged while slow clients were connected", examined=len(independent))


def _delivery_of(journal: Journal, client: SlowClient) -> Delivery:
    """Return the delivery beside the slow client."""
    return next(delivery for delivery in journal.all(Delivery) if delivery.event == client.event)


def _wait_s(journal: Journal, client: SlowClient) -> float:
    """Return how long the delivery waited for the slow client to leave; 0 if it did not, or not for long enough."""
    delivery = _delivery_of(journal, client)
    wait_s = (client.ended_s or 0.0) - paused_s(journal, delivery.at_s, ended_s(delivery))
    return wait_s if wait_s >= LEAST_WAIT_S else 0.0


def _is_proven(journal: Journal, waits_s: list[float]) -> bool:
    """Return True if the waits differ as the slow clients' times did, and deliveries without a slow client were prompt."""
    alone = [delivery for delivery in journal.all(Delivery) if delivery.name == ALONE]
    return (
        len(waits_s) > 1
        and max(waits_s) >= min(waits_s) * LEAST_FACTOR
        and all(delivery.is_acknowledged and delivery.took_s <= min(waits_s) * PROMPT_SHARE for delivery in alone)
    )
