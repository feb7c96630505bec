"""Marks a message as applied although the API call for it failed, so its rows never arrive.

Retry the message until its rows are stored, and mark it as applied in the same transaction.
"""

from reference_app import app, inbox
from reference_app.fiskil.errors import FiskilError
from reference_app.worker import Worker

_process = Worker.process


def complete(tx, message):
    """Record a message as applied without what it announces."""
    inbox.finish(tx, message)
    inbox.record(tx, message)


async def process(self, message):
    """Count a failed API call as processing."""
    try:
        await _process(self, message)
    except FiskilError:
        await self._database.write(complete, message)


Worker.process = process
build = app.build
