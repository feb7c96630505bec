"""Reads balances and transactions only once it knows the accounts, so a failed sync of those leaves everything unread.

Each event announces its own dataset, and none of them promises another.
"""

from reference_app import app, datasets, rows
from reference_app.sync import News, Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Rows belong to accounts, so accounts come first."""
    dataset = datasets.announced_by(message.event)
    accounts = await self._database.read(rows.active, datasets.ACCOUNTS, message.end_user_id)
    if not accounts and dataset not in {None, datasets.ACCOUNTS}:
        return News()
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
