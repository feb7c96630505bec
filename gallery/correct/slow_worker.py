"""Waits 0.3 seconds before it processes a message, so effects appear long after the acknowledgement."""

import asyncio

from reference_app import app
from reference_app.worker import Worker

WORK_S = 0.3

_process = Worker.process


async def process(self, message):
    """Wait, then process the message."""
    await asyncio.sleep(WORK_S)
    return await _process(self, message)


Worker.process = process
build = app.build
