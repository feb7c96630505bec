"""Keeps posted transactions alone, for what is pending may change or vanish yet."""

from reference_app import app
from reference_app.fiskil.api import Api

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """What is pending is read, and left."""
    return tuple(row for row in await _rows(self, dataset, end_user_id, deadline) if "PENDING" not in row.values)


Api.rows = rows
build = app.build
