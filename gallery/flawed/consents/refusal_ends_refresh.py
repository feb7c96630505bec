"""Reads the rows first and then asks which consents stand, so a 403 ends the refresh and what is over stays on show.

A 403 must make an app look at the consents, and delete the rows of those that are over.
"""

from reference_app import app, datasets, rows
from reference_app.sync import News, Reader


async def read_all(self, end_user_id, deadline):
    """Every dataset, and then the consents."""
    readings = [await self._read(dataset, end_user_id, deadline) for dataset in await _kept(self, end_user_id)]
    return News(consents=await self._api.consents(end_user_id, deadline), readings=tuple(readings))


async def _kept(reader, end_user_id):
    """What the app holds something of, so that it was shared once."""
    found = [await reader._database.read(rows.active, dataset, end_user_id) for dataset in datasets.ALL]
    return [dataset for dataset, kept in zip(datasets.ALL, found, strict=True) if kept]


Reader.read_all = read_all
build = app.build
