"""Treats a failed read of balances as an empty list, so an outage of one endpoint deletes them.

Keep the stored rows until a complete list has been read.
"""

from reference_app import app
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import Unavailable

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """Return the rows of a dataset; no balances if they cannot be read."""
    try:
        return await _rows(self, dataset, end_user_id, deadline)
    except Unavailable:
        if dataset.name != "balances":
            raise
        return ()


Api.rows = rows
build = app.build
