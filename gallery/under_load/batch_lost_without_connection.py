"""Takes messages in batches, and drops those for which the pool has neither a connection nor a place to wait.

Put a message back if its work could not begin, and do not take more messages than there are connections.
"""

import asyncio

from reference_app import app, inbox, logs, worker

build = app.build

BATCH = 200
POOL, MOST_WAITING = 4, 50


class PoolExhausted(Exception):
    """All connections are in use, and too many calls wait for one."""


class BatchWorker(worker.Worker):
    """A worker that takes what is due and begins all of it at the same time."""

    def __init__(self, database, reader):
        super().__init__(database, reader)
        self._connections = asyncio.Semaphore(POOL)
        self._waiting = 0

    async def _take_one(self):
        self._woken.clear()
        batch = []
        while len(batch) < BATCH and (claimed := await self._database.write(inbox.claim)) is not None:
            batch.append(claimed)
        if not batch:
            await self._sleep()
            return
        await asyncio.gather(*(self._begin(message, tries) for message, tries in batch))

    async def _begin(self, message, tries):
        try:
            await self._take_connection()
        except PoolExhausted:
            logs.warn("pool_exhausted", message_id=message.message_id)
            await self._settle(inbox.give_up, message, "pool exhausted")
            return
        try:
            await self._slots.acquire()
            await self._work(message, tries)
        finally:
            self._connections.release()

    async def _take_connection(self):
        if self._connections.locked() and self._waiting >= MOST_WAITING:
            raise PoolExhausted
        self._waiting += 1
        try:
            await self._connections.acquire()
        finally:
            self._waiting -= 1


app.Worker = BatchWorker
