"""Takes 403 on any dataset for the end of the consent, and drops all that was shared under it.

A lack of scope says nothing about the consent: only its own list and events tell that it has ended.
"""

from reference_app import app, consents
from reference_app.fiskil.errors import Rejected
from reference_app.sync import Reader

_read_all = Reader.read_all


async def read_all(self, end_user_id, deadline):
    """What may not be read any more is not ours any more."""
    try:
        return await _read_all(self, end_user_id, deadline)
    except Rejected as error:
        if error.status == 403:
            for consent_id in await self._database.read(consents.active_ids, end_user_id):
                await self._database.write(consents.end, consent_id)
        raise


Reader.read_all = read_all
build = app.build
