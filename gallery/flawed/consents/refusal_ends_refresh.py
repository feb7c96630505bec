"""Aborts a refresh at the first 403, so the rows of a consent that has ended stay visible.

After a 403, list the consents and delete the rows of those that have ended.
"""

from reference_app import app, datasets, rows
from reference_app.sync import ApiData, Reader


async def read_all(self, end_user_id, deadline):
    """Read every dataset first, and the consents last."""
    readings = [await self._read(dataset, end_user_id, deadline) for dataset in await _stored_datasets(self, end_user_id)]
    return ApiData(consents=await self._api.consents(end_user_id, deadline), readings=tuple(readings))


async def _stored_datasets(reader, end_user_id):
    """Return the datasets that the app has rows of."""
    stored = [await reader._database.read(rows.active, dataset, end_user_id) for dataset in datasets.ALL]
    return [dataset for dataset, its_rows in zip(datasets.ALL, stored, strict=True) if its_rows]


Reader.read_all = read_all
build = app.build
