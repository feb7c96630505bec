"""Serves three deliveries at once and counts them down when they are done, which a body that breaks off never is.

Use ``with`` or ``finally``: a request that fails must give back what it took.
"""

import asyncio

from correct import asyncio_receiver

SLOTS = 3
_taken = []
_read_body = asyncio_receiver.read_body


async def read_body(reader, headers):
    """One slot each, for as long as there are some."""
    if not any(name == "x-fiskil-signature" for name, _ in headers):
        return await _read_body(reader, headers)
    if len(_taken) == SLOTS:
        raise asyncio_receiver.Refused(503)
    _taken.append(reader)
    body = await _read_body(reader, headers)
    _taken.remove(reader)
    return body


asyncio_receiver.read_body = read_body
asyncio.run(asyncio_receiver.serve())
