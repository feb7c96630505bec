"""Works on one message at a time and tries each two dozen times: one refused end user holds up all others.

What can never succeed must be given up, and what may must wait by itself.
"""

import asyncio

from reference_app import app, datasets
from reference_app.fiskil.errors import FiskilError
from reference_app.sync import News, Reader
from reference_app.worker import Worker

AGAIN_S = 0.5
MOST_TRIES = 24

_process = Worker.process
_turn = asyncio.Lock()


async def read_for(self, message, deadline):
    """Always the rows, and a refusal is a failure like any other."""
    dataset = datasets.announced_by(message.event)
    listed = await self._api.consents(message.end_user_id, deadline)
    if dataset is None:
        return News(consents=listed)
    return News(consents=listed, readings=(await self._read(dataset, message.end_user_id, deadline),))


async def process(self, message):
    """In turn, and not the next before this."""
    async with _turn:
        for _ in range(MOST_TRIES):
            try:
                return await _process(self, message)
            except FiskilError as error:
                last = error
                await asyncio.sleep(AGAIN_S)
        raise last


Reader.read_for, Worker.process = read_for, process
build = app.build
