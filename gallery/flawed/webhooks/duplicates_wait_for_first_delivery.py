"""Delays the response to a duplicate until the first delivery's work is done.

Acknowledge a duplicate at once: the message is already stored.
"""

import asyncio

from reference_app import app, receiver

POLL_S = 0.01

_acknowledge = receiver.acknowledge


def is_pending(tx, key):
    """Return whether the message is stored and its work is not done."""
    return tx.execute("SELECT 1 FROM inbox WHERE key = ? AND status = 'pending'", (key,)).fetchone() is not None


async def acknowledge(parts, received):
    """Wait until the work of the first delivery is done."""
    while await parts.database.read(is_pending, received.key):
        await asyncio.sleep(POLL_S)
    return await _acknowledge(parts, received)


receiver.acknowledge = acknowledge
build = app.build
