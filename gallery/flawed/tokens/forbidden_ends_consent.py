"""Deletes all data of an end user when one dataset returns 403.

A missing scope does not end a consent. Only the list of consents and the events state that it has ended.
"""

from reference_app import app, consents
from reference_app.fiskil.errors import Rejected
from reference_app.sync import Reader

_read_all = Reader.read_all


async def read_all(self, end_user_id, deadline):
    """End every consent of the end user after a 403."""
    try:
        return await _read_all(self, end_user_id, deadline)
    except Rejected as error:
        if error.status == 403:
            for consent_id in await self._database.read(consents.active_ids, end_user_id):
                await self._database.write(consents.end, consent_id)
        raise


Reader.read_all = read_all
build = app.build
