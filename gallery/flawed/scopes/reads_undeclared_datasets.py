"""Reads the end user's payees, a dataset that its config does not declare.

Read only the data that the use case needs.
"""

from reference_app import app, datasets
from reference_app.fiskil import paging
from reference_app.fiskil.api import Api

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """Read the payees with the transactions."""
    if dataset is datasets.TRANSACTIONS:
        params = {"end_user_id": end_user_id}
        await paging.every_record(self._client, "/v1/banking/payees", "payees", params, deadline)
    return await _rows(self, dataset, end_user_id, deadline)


Api.rows = rows
build = app.build
