"""Responds to a delivery only after its work is done, so a slow API delays acknowledgements.

Store the message, acknowledge it, and do the work afterwards.
"""

import asyncio

from reference_app import app, receiver

POLL_S = 0.01

_acknowledge = receiver.acknowledge


def is_pending(tx, key):
    """Return whether the work is not done yet."""
    return tx.execute("SELECT 1 FROM inbox WHERE key = ? AND status = 'pending'", (key,)).fetchone() is not None


async def acknowledge(parts, received):
    """Do the work, then respond."""
    response = await _acknowledge(parts, received)
    while await parts.database.read(is_pending, received.key):
        await asyncio.sleep(POLL_S)
    return response


receiver.acknowledge = acknowledge
build = app.build
