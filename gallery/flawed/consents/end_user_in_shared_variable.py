"""Keeps the end user whose data is read in a variable that all reads share, so simultaneous reads mix up end users.

Pass the end user to each function that needs it.
"""

from reference_app import app
from reference_app.fiskil import api, paging, responses

_current = {}


async def rows(self, dataset, end_user_id, deadline):
    """Read a dataset of the end user for whom the latest read began."""
    _current["end_user_id"] = end_user_id
    found = {}
    for selection in api.selections(dataset, self._history_days):
        params = {**_current, **selection}
        for record in await paging.every_record(self._client, dataset.path, dataset.name, params, deadline):
            row = responses.row(record, dataset)
            found[row.fiskil_id] = row
    return tuple(found.values())


api.Api.rows = rows
build = app.build
