"""Takes a refusal of one request for an empty list, so what it holds seems to have vanished.

Only a list that was answered 200 to its end says what there is.
"""

from reference_app import app
from reference_app.fiskil import paging
from reference_app.fiskil.errors import Rejected

_every_record = paging.every_record
OVER = (403, 404)


async def every_record(client, path, root, params, deadline):
    """Nothing is there for who gets nothing."""
    try:
        return await _every_record(client, path, root, params, deadline)
    except Rejected as error:
        if error.status in OVER:
            raise
        return []


paging.every_record = every_record
build = app.build
