"""Shows only that calls to the API have ever failed, so later failures change no metric.

Count every failed call.
"""

from reference_app import alerts, app, metrics

_count_call = metrics.Metrics.count_call
_failed = set()


def count_call(self, endpoint, status, took_s):
    """Count the first failed call as failed, and all others as successful."""
    is_first = not status.startswith("2") and not _failed
    _failed.update([status] if is_first else [])
    _count_call(self, endpoint, status if is_first else "200", took_s)
    self.has_last_call_failed = False


metrics.Metrics.count_call = count_call
alerts.send = lambda *_, **__: None
build = app.build
