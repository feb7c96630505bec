"""Leaks a slot with each incomplete body, and after three of them responds 503 to every delivery.

Use ``with`` or ``finally``, so that a request that fails releases its slot.
"""

import asyncio

from correct import asyncio_receiver

SLOTS = 3
_taken = []
_read_body = asyncio_receiver.read_body


async def read_body(reader, headers):
    """Take a slot, and release it only after a complete body."""
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
