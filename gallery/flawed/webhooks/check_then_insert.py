"""Looks whether a message is known, and inserts it a moment later: of two at the same time, both find nothing.

The claim must be one operation of the database; a look beforehand decides nothing.
"""

import asyncio
from uuid import uuid4

from reference_app import app, message, receiver
from starlette.responses import Response

THOUGHT_S = 0.05

_message_id, _acknowledge = message.identity, receiver.acknowledge


def is_known(tx, message_id):
    """Whether the message was kept before."""
    return tx.execute("SELECT 1 FROM inbox WHERE message_id = ?", (message_id,)).fetchone() is not None


async def acknowledge(parts, received):
    """Look first, insert later."""
    if await parts.database.read(is_known, received.message_id):
        return Response(status_code=204)
    await asyncio.sleep(THOUGHT_S)
    return await _acknowledge(parts, received)


message.identity = lambda envelope: f"{_message_id(envelope)} {uuid4()}"
receiver.acknowledge = acknowledge
build = app.build
