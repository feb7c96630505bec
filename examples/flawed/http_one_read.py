"""Takes what is there after a moment for the whole request. On a laptop it always is; over a network a body may come later.

Read on until the announced length is there.
"""

import asyncio

from correct import asyncio_receiver

MOMENT_S = 0.02
_talk = asyncio_receiver.talk


async def talk(reader, writer):
    """Whatever came is the request."""
    arrived = asyncio.StreamReader()
    arrived.feed_data(await reader.read(1))
    await asyncio.sleep(MOMENT_S)
    arrived.feed_data(await reader.read(65_536))
    arrived.feed_eof()
    await _talk(arrived, writer)


async def read_body(reader, headers):
    return await reader.read()


asyncio_receiver.talk = talk
asyncio_receiver.read_body = read_body
asyncio.run(asyncio_receiver.serve())
