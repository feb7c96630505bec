"""Says 413 to a large body without reading it and keeps the connection, where the body is the next request.

Close the connection with the answer, as its reader cannot know where the next request begins.
"""

import asyncio

from correct import asyncio_receiver

_read_body = asyncio_receiver.read_body


async def read_body(reader, headers):
    """What is too large is left where it is."""
    try:
        return await _read_body(reader, headers)
    except asyncio_receiver.Refused as refused:
        if refused.args[0] == 413:
            return None
        raise


def receive(headers, body, address):
    return 413 if body is None else _receive(headers, body, address)


_receive = asyncio_receiver.receive
asyncio_receiver.read_body = read_body
asyncio_receiver.receive = receive
asyncio.run(asyncio_receiver.serve())
