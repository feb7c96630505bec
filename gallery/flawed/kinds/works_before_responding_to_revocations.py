"""Deletes the data of a revoked consent before it responds; every other kind of event is only stored.

Store each kind of message, acknowledge it, and do the work afterwards.
"""

import asyncio

from reference_app import app, receiver

POLL_S = 0.01

_acknowledge = receiver.acknowledge


def is_pending(tx, key):
    """Return whether the work is not done yet."""
    return tx.execute("SELECT 1 FROM inbox WHERE key = ? AND status = 'pending'", (key,)).fetchone() is not None


async def acknowledge(parts, received):
    """Wait for the end of the work if the message announces a revocation."""
    response = await _acknowledge(parts, received)
    while received.event == "consent.revoked" and await parts.database.read(is_pending, received.key):
        await asyncio.sleep(POLL_S)
    return response


receiver.acknowledge = acknowledge
build = app.build
