"""Raises an alert when calls fail, and goes on raising it when they succeed again: nobody will look at it any more.

End an alert when what it is about has ended.
"""

import asyncio

from reference_app import alerts, app, metrics

EVERY_S = 0.5

_count_call = metrics.Metrics.count_call
_crying = set()


def count_call(self, endpoint, status, took_s):
    """The first failure is the last that is looked at."""
    _count_call(self, endpoint, status, took_s)
    if status.startswith("5") and not _crying:
        _crying.add(asyncio.get_running_loop().create_task(cry()))


async def cry():
    """And again."""
    while True:
        alerts.send("calls to Fiskil fail")
        await asyncio.sleep(EVERY_S)


metrics.Metrics.count_call = count_call
build = app.build
