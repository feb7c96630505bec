"""Reads all data of an end user again every four seconds after the consent, although events announce new data.

Read a dataset when its sync.completed event arrives.
"""

import asyncio

from reference_app import app, datasets, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

EVERY_S = 4.0
TIMES = 15

_read_for = sync.Reader.read_for
_tasks = set()


async def read_for(self, message, deadline):
    """Process the message, and start to poll after consent.received."""
    if message.event == "consent.received":
        task = asyncio.create_task(poll(self._api, message.end_user_id))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    return await _read_for(self, message, deadline)


async def poll(api, end_user_id):
    """Request balances again and again."""
    for _ in range(TIMES):
        await asyncio.sleep(EVERY_S)
        try:
            await api.rows(datasets.BALANCES, end_user_id, Deadline.after(EVERY_S))
        except FiskilError:
            return


sync.Reader.read_for = read_for
build = app.build
