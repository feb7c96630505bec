"""Counts calls and failures, and never measures how long a call takes.

Measure each call, and show it as a histogram or a summary.
"""

from reference_app import app, metrics

_count_call = metrics.Metrics.count_call


def count_call(self, endpoint, status, took_s):
    """How long it took is forgotten."""
    _count_call(self, endpoint, status, 0.0)


metrics.Metrics.count_call = count_call
build = app.build
