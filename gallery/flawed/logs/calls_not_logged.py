"""Counts its API calls, and logs none of them.

Log endpoint and status in the one place that every call passes.
"""

from reference_app import app
from reference_app.fiskil import transport
from reference_app.metrics import METRICS


def report(request, outcome, took_s, error=None):
    """Count the call only."""
    METRICS.count_call(request.endpoint, outcome, took_s)


transport.report = report
build = app.build
