"""Reads all data of an end user again after each sync event.

Retry-After applies only to the call that received it.
"""

from reference_app import app, consents, customers
from reference_app.fiskil.client import Client
from reference_app.sync import Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Read all data of the end user after any sync event."""
    is_known = await self._database.read(customers.is_known, message.end_user_id)
    if not is_known or message.event in consents.STATUS_AFTER:
        return await _read_for(self, message, deadline)
    return await self.read_all(message.end_user_id, deadline)


def remember(self, endpoint, error):
    """Apply Retry-After to the refused call only."""


Reader.read_for, Client._remember = read_for, remember
build = app.build
