"""Gives up a message whose processing fails once, and neither counts it nor sends an alert.

Retry the processing, and count or report the messages that fail.
"""

from reference_app import alerts, app, metrics, worker


class Uncounted(type(metrics.METRICS.messages)):
    """A counter that ignores failed messages."""

    def __setitem__(self, name, count):
        if name != "failed":
            super().__setitem__(name, count)


worker.MOST_TRIES = 1
alerts.send = lambda *_, **__: None
metrics.METRICS.messages = Uncounted()
build = app.build
