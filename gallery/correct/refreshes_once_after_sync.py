"""Reads balances once more, three seconds after each sync event, because a bank's balances may lag behind."""

import asyncio

from reference_app import app, datasets, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

LATER_S = 3.0

_read_for = sync.Reader.read_for
_tasks = set()


async def read_for(self, message, deadline):
    """Process the message, and schedule the follow-up."""
    if message.event == "banking.balances.sync.completed":
        task = asyncio.create_task(follow_up(self._api, message.end_user_id))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    return await _read_for(self, message, deadline)


async def follow_up(api, end_user_id):
    """Read balances once."""
    await asyncio.sleep(LATER_S)
    try:
        await api.rows(datasets.BALANCES, end_user_id, Deadline.after(LATER_S))
    except FiskilError:
        return


sync.Reader.read_for = read_for
build = app.build
