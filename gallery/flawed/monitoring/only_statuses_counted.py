"""Counts calls by the status of their response, so calls that break without a response are in no metric.

Count a call whose connection broke too, under a word in place of the status.
"""

from reference_app import app, metrics

_count_call = metrics.Metrics.count_call


def count_call(self, endpoint, status, took_s):
    """Count the call if it has a response."""
    if status.isdigit():
        _count_call(self, endpoint, status, took_s)


metrics.Metrics.count_call = count_call
build = app.build
