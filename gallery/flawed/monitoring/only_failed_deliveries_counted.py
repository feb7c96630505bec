"""Exports only failed deliveries, so missing deliveries do not show in its metrics.

Count every delivery, or export the time since the last one.
"""

from reference_app import app, metrics

_render = metrics.Metrics.render
PREFIXES = (
    "fiskil_api_",
    "webhook_messages_failed_total",
    "webhook_messages_retried_total",
    'webhook_deliveries_total{outcome="database_down"}',
)


def render(self, *, pending):
    """Return the lines about API calls, failed messages and refused deliveries."""
    lines = _render(self, pending=pending).splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith(PREFIXES))


metrics.Metrics.render = render
build = app.build
