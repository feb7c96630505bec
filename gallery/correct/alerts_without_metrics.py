"""Exports no metrics, and sends alerts about failing or slow calls, failed deliveries and silence.

It sends each alert at most once per second, and only while its cause lasts.
"""

import asyncio
import contextlib
import time

from reference_app import alerts, app, metrics

SLOW_S = 0.5
SILENT_S = 2.0
EVERY_S = 1.0

_lifespan = app._lifespan
_count_call = metrics.Metrics.count_call
_count_delivery = metrics.Metrics.count_delivery
_sent_at = {}


class Messages(dict):
    """A counter of message outcomes that sends an alert after a failure."""

    def __missing__(self, name):
        return 0

    def __setitem__(self, name, count):
        super().__setitem__(name, count)
        if name in {"retried", "failed"}:
            send_alert("processing fails")


def send_alert(kind):
    """Send an alert at most once per second."""
    now = time.monotonic()
    if now - _sent_at.get(kind, -EVERY_S) >= EVERY_S:
        _sent_at[kind] = now
        alerts.send(kind)


def count_call(self, endpoint, status, took_s):
    """Send an alert if the call failed or was slow."""
    _count_call(self, endpoint, status, took_s)
    if status.startswith("5") or not status.isdigit():
        send_alert("calls to Fiskil fail")
    elif took_s > SLOW_S:
        send_alert("calls to Fiskil are slow")


def count_delivery(self, outcome):
    """Send an alert if the delivery could not be stored."""
    _count_delivery(self, outcome)
    if outcome == "database_down":
        send_alert("deliveries fail")


@contextlib.asynccontextmanager
async def lifespan(starlette):
    """Run the app and a task that watches for silence."""
    async with _lifespan(starlette):
        watching = asyncio.create_task(watch_for_silence())
        yield
        watching.cancel()


async def watch_for_silence():
    """Send one alert for each period of silence."""
    reported_at = 0.0
    while True:
        await asyncio.sleep(0.1)
        accepted_at = metrics.METRICS.accepted_at
        if reported_at != accepted_at and time.monotonic() - accepted_at > SILENT_S:
            reported_at = accepted_at
            alerts.send("no webhook has come for a while")


metrics.Metrics.count_call = count_call
metrics.Metrics.count_delivery = count_delivery
metrics.METRICS.messages = Messages()
app._lifespan = lifespan
build = app.build
