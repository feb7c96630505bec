"""Counts only successful deliveries, so failed ones do not show in its metrics.

Count deliveries and their processing by outcome, and alert on failures.
"""

from collections import Counter

from reference_app import alerts, app, metrics

_count_delivery = metrics.Metrics.count_delivery


class OnlyApplied(Counter):
    """A counter that counts nothing but applied messages."""

    def __setitem__(self, name, count):
        if name == "applied":
            super().__setitem__(name, count)


def count_delivery(self, outcome):
    """Count accepted deliveries only."""
    if outcome == "accepted":
        _count_delivery(self, outcome)


metrics.Metrics.count_delivery = count_delivery
metrics.METRICS.messages = OnlyApplied()
alerts.send = lambda *_, **__: None
build = app.build
