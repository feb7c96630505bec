"""Raises an alert when calls fail, and keeps raising it after calls succeed again.

End an alert when its cause has ended.
"""

import asyncio

from reference_app import alerts, app, metrics

EVERY_S = 0.5

_count_call = metrics.Metrics.count_call
_tasks = set()


def count_call(self, endpoint, status, took_s):
    """Start the alert at the first failure."""
    _count_call(self, endpoint, status, took_s)
    if status.startswith("5") and not _tasks:
        _tasks.add(asyncio.get_running_loop().create_task(repeat_alert()))


async def repeat_alert():
    """Repeat the alert without end."""
    while True:
        alerts.send("calls to Fiskil fail")
        await asyncio.sleep(EVERY_S)


metrics.Metrics.count_call = count_call
build = app.build
