"""Deletes finished messages when nothing has arrived for five seconds, so a message that is repeated later is applied again.

Keep message ids for longer than Fiskil repeats a message.
"""

import time

from reference_app import app, inbox
from reference_app.worker import Worker

IDLE_S = 5.0

_accept, _take_one = inbox.accept, Worker._take_one
_accepted_at = time.monotonic()


def accept(tx, message):
    """Store a message, and note the time."""
    global _accepted_at
    _accepted_at = time.monotonic()
    return _accept(tx, message)


async def take_one(self):
    """Sweep the inbox after an idle time, then take the next message."""
    if time.monotonic() - _accepted_at > IDLE_S:
        await self._database.write(sweep)
    await _take_one(self)


def sweep(tx):
    """Delete finished messages."""
    tx.execute("DELETE FROM inbox WHERE status = 'done'")


inbox.accept = accept
Worker._take_one = take_one
build = app.build
