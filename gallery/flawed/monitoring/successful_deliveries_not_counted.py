"""Shows the number of failed deliveries alone: when none comes any more, it stays at zero and all looks well.

Count every delivery, or show how long ago the last one came.
"""

from reference_app import app, metrics

_render = metrics.Metrics.render
SHOWN = ("fiskil_api_", "webhook_messages_failed_total", "webhook_messages_retried_total")


def render(self, *, pending):
    """What is bad, and nothing else about webhooks."""
    lines = _render(self, pending=pending).splitlines(keepends=True)
    return "".join(line for line in lines if line.startswith(SHOWN))


metrics.Metrics.render = render
build = app.build
