"""Counts messages whose processing fails, but not the deliveries that it refuses itself.

Count every delivery by its outcome, and alert on those that fail.
"""

from reference_app import app, metrics

_count_delivery = metrics.Metrics.count_delivery


def count_delivery(self, outcome):
    """Count accepted deliveries only."""
    if outcome == "accepted":
        _count_delivery(self, outcome)


metrics.Metrics.count_delivery = count_delivery
build = app.build
