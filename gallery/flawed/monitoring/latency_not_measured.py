"""Counts calls and failures, but does not measure how long a call takes.

Measure each call, and export the durations as a histogram or a summary.
"""

from reference_app import app, metrics

_count_call = metrics.Metrics.count_call


def count_call(self, endpoint, status, took_s):
    """Count the call and drop the duration."""
    _count_call(self, endpoint, status, 0.0)


metrics.Metrics.count_call = count_call
build = app.build
