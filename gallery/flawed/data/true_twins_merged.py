"""Takes two rows that look alike for one that came twice, so of two equal coffees one is lost. Cure: know rows by their
fiskil_id alone.
"""

from reference_app import app
from reference_app.fiskil.api import Api

_rows = Api.rows


async def rows(self, dataset, end_user_id, deadline):
    """Of rows that say the same, the first."""
    found = {}
    for row in await _rows(self, dataset, end_user_id, deadline):
        found.setdefault((row.account_id, row.values), row)
    return tuple(found.values())


Api.rows = rows
build = app.build
