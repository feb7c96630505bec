"""Drops the event of new accounts when the connection of its read breaks.

Fiskil does not send an acknowledged message again. Read the accounts again until the read succeeds.
"""

from reference_app import app
from reference_app.fiskil import retry
from reference_app.fiskil.errors import Unavailable
from reference_app.sync import ApiData, Reader

_read_for, _until_done = Reader.read_for, retry.until_done


async def read_for(self, message, deadline):
    """Read what the message announces; if that fails for accounts, leave them as they are."""
    if message.event != "banking.accounts.sync.completed":
        return await _read_for(self, message, deadline)
    try:
        return await _read_for(self, message, deadline)
    except Unavailable:
        return ApiData()


async def until_done(attempt, **options):
    """Make one attempt only; the worker repeats the message."""
    return await _until_done(attempt, **{**options, "attempts": 1})


Reader.read_for = read_for
retry.until_done = until_done
build = app.build
