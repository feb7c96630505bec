"""Sleeps in the worker before it retries a failed message, so four failing messages of one customer delay all others.

Put the message back with the time of its next attempt, and let the worker take another message meanwhile.
"""

import asyncio

from reference_app import app
from reference_app.worker import MOST_TRIES, Worker

_failed = Worker._failed


async def failed(self, message, tries, error):
    """Keep the worker, and sleep for twice as long after each attempt."""
    while tries < MOST_TRIES:
        await asyncio.sleep(2.0 ** (tries - 1))
        tries += 1
        try:
            await self.process(message)
        except Exception as later:
            error = later
        else:
            return
    await _failed(self, message, tries, error)


Worker._failed = failed
build = app.build
