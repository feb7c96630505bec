"""Takes its time: each message is worked on for 0.3 seconds before anything shows, long after it was acknowledged."""

import asyncio

from reference_app import app
from reference_app.worker import Worker

WORK_S = 0.3

_process = Worker.process


async def process(self, message):
    """Slowly."""
    await asyncio.sleep(WORK_S)
    return await _process(self, message)


Worker.process = process
build = app.build
