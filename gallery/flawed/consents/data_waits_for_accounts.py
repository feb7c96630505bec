"""Ignores sync events of balances and transactions until it has stored accounts.

Read the dataset that an event announces, whether or not the accounts are known. One sync may fail while the others
succeed.
"""

from reference_app import app, datasets, rows
from reference_app.sync import ApiData, Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Read nothing but accounts until there are accounts."""
    dataset = datasets.announced_by(message.event)
    accounts = await self._database.read(rows.active, datasets.ACCOUNTS, message.end_user_id)
    if not accounts and dataset not in {None, datasets.ACCOUNTS}:
        return ApiData()
    return await _read_for(self, message, deadline)


Reader.read_for = read_for
build = app.build
