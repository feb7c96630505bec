"""Merges two rows with equal content, so one of two equal purchases is lost.

Identify rows by their fiskil_id alone.
"""

from reference_app import app
from reference_app.fiskil.api import Api

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """Return only the first of several rows with equal content."""
    first_by_content = {}
    for row in await _rows(self, dataset, end_user_id, deadline):
        first_by_content.setdefault((row.account_id, row.values), row)
    return tuple(first_by_content.values())


Api.rows = rows
build = app.build
