"""Counts every call as failed after the first failure, so its error metric never settles.

Count each call by its own outcome.
"""

from reference_app import alerts, app, metrics

_count_call = metrics.Metrics.count_call
_failed = []


def count_call(self, endpoint, status, took_s):
    """Count the call with the status of the first failure."""
    _failed.extend([status] if status.startswith("5") else [])
    _count_call(self, endpoint, _failed[0] if _failed else "200", took_s)
    self.has_last_call_failed = False


metrics.Metrics.count_call = count_call
alerts.send = lambda *_, **__: None
build = app.build
