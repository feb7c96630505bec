"""Treats a page that cannot be read as the end of the list, and stores the pages before it.

If a page fails, discard the whole list and read it again.
"""

from reference_app import app
from reference_app.fiskil import paging
from reference_app.fiskil.errors import FiskilError
from reference_app.fiskil.transport import Request


async def every_record(client, path, root, params, deadline):
    """Return the pages before the first failure."""
    url = f"{client.base_url}{path}"
    page = await client.call(
        Request(endpoint=f"GET {path}", url=url, params=params),
        lambda payload: paging.responses.page(payload, root),
        deadline=deadline,
    )
    records = list(page.records)
    while url := paging.following(page.next_url, url):
        request = Request(endpoint=f"GET {path}", url=url, is_repeatable=False)
        try:
            page = await client.call(request, lambda payload: paging.responses.page(payload, root), deadline=deadline)
        except FiskilError:
            break
        records += page.records
    return records


paging.every_record = every_record
build = app.build
