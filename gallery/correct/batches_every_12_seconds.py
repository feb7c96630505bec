"""Processes the inbox in batches, every twelve seconds."""

import asyncio
import time

from reference_app import app
from reference_app.worker import Worker

EVERY_S = 12.0

_take_one = Worker._take_one


async def take_one(self):
    """Take messages only in the first second of each period; outside it, wait for the next one."""
    self.__dict__.setdefault("_next_batch", time.monotonic() + EVERY_S)
    now = time.monotonic()
    if now < self._next_batch:
        await asyncio.sleep(self._next_batch - now)
    elif now > self._next_batch + 1:
        self._next_batch = now + EVERY_S - (now - self._next_batch) % EVERY_S
        return
    await _take_one(self)


Worker._take_one = take_one
build = app.build
