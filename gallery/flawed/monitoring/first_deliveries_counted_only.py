"""Stops counting deliveries after the first three, so its metrics do not show if later ones stop.

Count every delivery.
"""

from reference_app import app, metrics

MOST = 3

_render = metrics.Metrics.render


def count_delivery(self, outcome):
    """Count a failed delivery, or one of the first good ones."""
    if outcome != "accepted" or self.deliveries[outcome] < MOST:
        self.deliveries[outcome] += 1


def render(self, *, pending):
    """Leave out everything else that changes with a delivery."""
    lines = _render(self, pending=pending).splitlines(keepends=True)
    return "".join(line for line in lines if "messages_applied" not in line and "last_accepted" not in line)


metrics.Metrics.count_delivery = count_delivery
metrics.Metrics.render = render
build = app.build
