"""Stores only posted transactions, because pending ones may still change or vanish."""

from reference_app import app
from reference_app.fiskil.api import Api

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """Return the rows without the pending ones."""
    return tuple(row for row in await _rows(self, dataset, end_user_id, deadline) if "PENDING" not in row.values)


Api.rows = rows
build = app.build
