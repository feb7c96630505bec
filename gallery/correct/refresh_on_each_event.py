"""Reads everything anew after each event, in a job of its own that waits as it was told; others beside it go on."""

from reference_app import app, consents, customers
from reference_app.fiskil.client import Client
from reference_app.sync import Reader

_read_for = Reader.read_for


async def read_for(self, message, deadline):
    """Whatever a message says, all that its end user shares is read."""
    known = await self._database.read(customers.is_known, message.end_user_id)
    if not known or message.event in consents.STATUS_AFTER:
        return await _read_for(self, message, deadline)
    return await self.read_all(message.end_user_id, deadline)


def remember(self, endpoint, error):
    """Retry-After binds the call that was refused, not everybody who asks the same."""


Reader.read_for, Client._remember = read_for, remember
build = app.build
