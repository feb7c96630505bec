"""Asks for transactions ten times a second until there are some, instead of waiting for the event."""

import asyncio

from reference_app import app, datasets, sync
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.limits import Deadline

EVERY_S = 0.1
PATIENCE_S = 30.0

_read_for = sync.Reader.read_for
_under_way = set()


async def read_for(self, message, deadline):
    """As always; and from the consent on, ask and ask again."""
    if message.event == "consent.received":
        task = asyncio.create_task(poll(self._api, message.end_user_id))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
    return await _read_for(self, message, deadline)


async def poll(api, end_user_id):
    """Is it there yet?"""
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
