"""Counters for ``GET /metrics``, in Prometheus text format.

Counters are in memory: a scraper handles a counter that restarts at zero.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

_HELP = {
    "fiskil_api_requests_total": ("counter", "Calls to the Fiskil API by endpoint and status."),
    "fiskil_api_request_seconds": ("summary", "How long calls to the Fiskil API took."),
    "fiskil_api_last_call_failed": ("gauge", "1 while the latest call to the Fiskil API failed."),
    "webhook_deliveries_total": ("counter", "Webhook deliveries by outcome."),
    "webhook_seconds_since_last_accepted": (
        "gauge",
        "Age of the newest accepted delivery, from start-up if none.",
    ),
    "webhook_messages_applied_total": ("counter", "Messages whose work is done."),
    "webhook_messages_retried_total": ("counter", "Messages postponed for a retry."),
    "webhook_messages_failed_total": ("counter", "Messages that failed permanently."),
    "webhook_messages_pending": ("gauge", "Messages acknowledged and not finished."),
}


@dataclass
class Metrics:
    """All counters since startup, used on the event loop's thread only."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    deliveries: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    has_last_call_failed: bool = False
    accepted_at: float = field(default_factory=time.monotonic)

    def count_call(self, endpoint: str, status: str, took_s: float) -> None:
        """Count one attempt; *status* is the HTTP status, or a word if there was no response."""
        self.calls[endpoint, status] += 1
        self.seconds[endpoint] = self.seconds.get(endpoint, 0.0) + took_s
        self.has_last_call_failed = not status.startswith("2")

    def count_delivery(self, outcome: str) -> None:
        """Count one webhook delivery by its outcome."""
        self.deliveries[outcome] += 1
        if outcome == "accepted":
            self.accepted_at = time.monotonic()

    def render(self, *, pending: int) -> str:
        """Return the text for a scraper."""
        endpoints = Counter[str]()
        for (endpoint, _), count in self.calls.items():
            endpoints[endpoint] += count
        samples: dict[str, list[tuple[str, float]]] = {
            "fiskil_api_requests_total": [
                (f'{{endpoint="{endpoint}",status="{status}"}}', count) for (endpoint, status), count in self.calls.items()
            ],
            "fiskil_api_request_seconds": [
                *((f'_sum{{endpoint="{endpoint}"}}', total) for endpoint, total in self.seconds.items()),
                *((f'_count{{endpoint="{endpoint}"}}', count) for endpoint, count in endpoints.items()),
            ],
            "fiskil_api_last_call_failed": [("", int(self.has_last_call_failed))],
            "webhook_deliveries_total": [(f'{{outcome="{name}"}}', n) for name, n in self.deliveries.items()],
            "webhook_seconds_since_last_accepted": [("", time.monotonic() - self.accepted_at)],
            "webhook_messages_applied_total": [("", self.messages["applied"])],
            "webhook_messages_retried_total": [("", self.messages["retried"])],
            "webhook_messages_failed_total": [("", self.messages["failed"])],
            "webhook_messages_pending": [("", pending)],
        }
        return "".join(_family(name, samples[name]) for name in _HELP)


METRICS = Metrics()


def _family(name: str, samples: list[tuple[str, float]]) -> str:
    kind, text = _HELP[name]
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {value:.6f}".rstrip("0").rstrip(".") for labels, value in sorted(samples)]
    return "\n".join(lines) + "\n"
