"""Shows only that a delivery has ever failed, so later failures change no metric.

Count every failed delivery.
"""

from reference_app import alerts, app, metrics

_count_delivery = metrics.Metrics.count_delivery


class Outcomes(dict):
    """Counters of message outcomes, of which those of failures stop at 1."""

    def __missing__(self, name):
        return 0

    def __setitem__(self, name, count):
        super().__setitem__(name, count if name == "applied" else min(count, 1))


def count_delivery(self, outcome):
    """Count a delivery, but failed ones at most once."""
    _count_delivery(self, outcome)
    if outcome != "accepted":
        self.deliveries[outcome] = 1


metrics.Metrics.count_delivery = count_delivery
metrics.METRICS.messages = Outcomes()
alerts.send = lambda *_, **__: None
build = app.build
