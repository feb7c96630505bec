"""Checks whether a message is known and inserts it later, so two simultaneous deliveries are both applied.

Claim the message with one database operation, such as an insert with a unique key.
"""

import asyncio
from uuid import uuid4

from reference_app import app, message, receiver
from starlette.responses import Response

DELAY_S = 0.05

_message_id, _acknowledge = message.identity, receiver.acknowledge


def is_known(tx, message_id):
    """Return whether the message is already stored."""
    return tx.execute("SELECT 1 FROM inbox WHERE message_id = ?", (message_id,)).fetchone() is not None


async def acknowledge(parts, received):
    """Check first, and insert after a delay."""
    if await parts.database.read(is_known, received.message_id):
        return Response(status_code=204)
    await asyncio.sleep(DELAY_S)
    return await _acknowledge(parts, received)


message.identity = lambda envelope: f"{_message_id(envelope)} {uuid4()}"
receiver.acknowledge = acknowledge
build = app.build
