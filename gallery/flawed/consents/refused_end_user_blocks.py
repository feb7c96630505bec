"""Processes one message at a time with 24 tries each, so one refused end user delays all others.

Give up what can never succeed, and let each message wait for its retry without delaying the others.
"""

import asyncio

from reference_app import app, datasets
from reference_app.fiskil.errors import FiskilError
from reference_app.sync import ApiData, Reader
from reference_app.worker import Worker

RETRY_S = 0.5
MOST_TRIES = 24

_process = Worker.process
_turn = asyncio.Lock()


async def read_for(self, message, deadline):
    """Always read the rows, and treat a refusal like any other failure."""
    dataset = datasets.announced_by(message.event)
    listed = await self._api.consents(message.end_user_id, deadline)
    if dataset is None:
        return ApiData(consents=listed)
    return ApiData(consents=listed, readings=(await self._read(dataset, message.end_user_id, deadline),))


async def process(self, message):
    """Process one message completely before the next one."""
    async with _turn:
        for _ in range(MOST_TRIES):
            try:
                return await _process(self, message)
            except FiskilError as error:
                last = error
                await asyncio.sleep(RETRY_S)
        raise last


Reader.read_for, Worker.process = read_for, process
build = app.build
