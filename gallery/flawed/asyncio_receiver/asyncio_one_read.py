"""Takes what of a body is there after a moment for the whole of it. Over a network the rest of it may come later.

Read on until the announced length is there.
"""

import asyncio

from correct import asyncio_receiver

MOMENT_S = 0.02
_whole_body = asyncio_receiver.read_body


async def read_body(reader, headers):
    """Whatever came is the body."""
    try:
        return await asyncio.wait_for(_whole_body(reader, headers), MOMENT_S)
    except TimeoutError:
        return b""


asyncio_receiver.read_body = read_body
asyncio.run(asyncio_receiver.serve())
