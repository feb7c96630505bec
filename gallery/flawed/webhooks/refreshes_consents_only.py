"""Asks for consents alone when it is to read everything again, so what a discarded event announced is never read.

Fiskil gives an event up after its last attempt; only whoever asks for the rows themselves is up to date again.
"""

from reference_app import app
from reference_app.sync import News, Reader


async def read_all(self, end_user_id, deadline):
    """Rows come with their events, or so it seems."""
    return News(consents=await self._api.consents(end_user_id, deadline))


Reader.read_all = read_all
build = app.build
