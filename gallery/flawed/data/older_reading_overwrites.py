"""Numbers a reading when it ends, so an older one that arrives last replaces a newer one.

Number a reading before its first request, and discard it if a later one is stored.
"""

from reference_app import app, rows, sync
from reference_app.rows import Reading


async def read(self, dataset, end_user_id, deadline):
    """Read first, and number the reading afterwards."""
    found = await self._api.rows(dataset, end_user_id, deadline)
    return Reading(await self._database.write(rows.next_reading_number), dataset, found)


sync.Reader._read = read
build = app.build
