"""Polls for transactions ten times per second instead of waiting for the sync event.

Read a dataset when its sync.completed event arrives.
"""

import asyncio

from reference_app import app, datasets, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

EVERY_S = 0.1
PATIENCE_S = 30.0

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
    """Request transactions until there are some."""
    deadline = Deadline.after(PATIENCE_S)
    while deadline.left_s():
        try:
            if await api.rows(datasets.TRANSACTIONS, end_user_id, deadline):
                return
        except FiskilError:
            return
        await asyncio.sleep(EVERY_S)


sync.Reader.read_for = read_for
build = app.build
