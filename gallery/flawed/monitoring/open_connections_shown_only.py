"""Shows the number of open connections instead of failed calls; it falls once, and not with later failures.

Count failed calls.
"""

from reference_app import alerts, app, metrics

_count_call = metrics.Metrics.count_call
_render = metrics.Metrics.render
_open = [1]


def count_call(self, endpoint, status, took_s):
    """Count every call as successful, and close the connection for good after a failed one."""
    _open[0] = _open[0] if status.startswith("2") else 0
    _count_call(self, endpoint, "200", took_s)


def render(self, *, pending):
    """Add the number of open connections."""
    return _render(self, pending=pending) + f"fiskil_api_open_connections {_open[0]}\n"


metrics.Metrics.count_call = count_call
metrics.Metrics.render = render
alerts.send = lambda *_, **__: None
build = app.build
