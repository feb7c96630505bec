"""Takes messages in batches, and drops the rest of a batch when the pool has no free connection for a message.

Put a message back if its work could not begin, and do not take more messages than there are connections.
"""

import asyncio
import sqlite3

from reference_app import app, inbox, logs, postgres, worker

build = app.build

BATCH = 40
POOL, POOL_WAIT_S = 2, 0.12


class BatchWorker(worker.Worker):
    """A worker that takes what is due and works on all of it at the same time."""

    async def _take_one(self):
        self._woken.clear()
        batch = []
        while len(batch) < BATCH:
            claimed = await self._database.write(inbox.claim)
            if claimed is None:
                break
            batch.append(claimed)
        if not batch:
            await self._sleep()
            return
        await asyncio.gather(*(self._begin(message, tries) for message, tries in batch))

    async def _begin(self, message, tries):
        await self._slots.acquire()
        try:
            await asyncio.wait_for(self._database.read(_nothing), POOL_WAIT_S)
        except (TimeoutError, sqlite3.Error):
            logs.warn("no_connection", message_id=message.message_id)
            self._slots.release()
            await self._settle(inbox.give_up, message, "no connection")
            return
        await self._work(message, tries)


def _nothing(tx):
    tx.execute("SELECT 1")


postgres.CONNECTIONS = POOL
worker.AT_ONCE = BATCH
app.Worker = BatchWorker
