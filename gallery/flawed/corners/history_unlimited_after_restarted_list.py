"""Reads the whole history when it has to start a list of transactions again, because the filter is lost.

Start a list again with the parameters of its first request.
"""

from reference_app import app
from reference_app.fiskil import paging


async def every_record(client, path, root, params, deadline):
    """Repeat a broken list with the end user only."""
    try:
        return await paging._walk(client, path, root, params, deadline)
    except paging._Broken as broken:
        if not paging.may_begin_again(broken.error):
            raise broken.error from None
    kept = {name: value for name, value in params.items() if name == "end_user_id"}
    try:
        return await paging._walk(client, path, root, kept, deadline)
    except paging._Broken as broken:
        raise broken.error from None


paging.every_record = every_record
build = app.build
