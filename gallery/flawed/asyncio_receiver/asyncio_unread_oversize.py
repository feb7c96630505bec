"""Responds 413 without reading the body and keeps the connection, so the body is parsed as a request.

Close the connection with the response: the receiver cannot know where the next request begins.
"""

import asyncio

from correct import asyncio_receiver

_read_body = asyncio_receiver.read_body


async def read_body(reader, headers):
    """Leave a body that is too large unread."""
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
