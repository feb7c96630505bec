"""Shows no metrics: it tells who is on call of failing and of slow calls, of failed deliveries, and of silence.

An alert is sent once a second at most, and only while there is something to tell of.
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
_told_at = {}


class Messages(dict):
    """Counts what became of messages, and tells of what went wrong."""

    def __missing__(self, name):
        return 0

    def __setitem__(self, name, count):
        super().__setitem__(name, count)
        if name in {"retried", "failed"}:
            tell("processing fails")


def tell(what):
    """Once a second at most."""
    now = time.monotonic()
    if now - _told_at.get(what, -EVERY_S) >= EVERY_S:
        _told_at[what] = now
        alerts.send(what)


def count_call(self, endpoint, status, took_s):
    """What failed or took long is worth a word."""
    _count_call(self, endpoint, status, took_s)
    if status.startswith("5") or not status.isdigit():
        tell("calls to Fiskil fail")
    elif took_s > SLOW_S:
        tell("calls to Fiskil are slow")


def count_delivery(self, outcome):
    """So is what could not be kept."""
    _count_delivery(self, outcome)
    if outcome == "database_down":
        tell("deliveries fail")


@contextlib.asynccontextmanager
async def lifespan(starlette):
    """As always, and watching for silence meanwhile."""
    async with _lifespan(starlette):
        watching = asyncio.create_task(watch())
        yield
        watching.cancel()


async def watch():
    """One word for each silence."""
    told = 0.0
    while True:
        await asyncio.sleep(0.1)
        accepted_at = metrics.METRICS.accepted_at
        if told != accepted_at and time.monotonic() - accepted_at > SILENT_S:
            told = accepted_at
            alerts.send("no webhook has come for a while")


metrics.Metrics.count_call = count_call
metrics.Metrics.count_delivery = count_delivery
metrics.METRICS.messages = Messages()
app._lifespan = lifespan
build = app.build
