"""Treats a next link to a page that it has read as the end of the list, and stores the pages before it.

Restart the list, or fail completely: a partial list must never be stored.
"""

from reference_app import app
from reference_app.fiskil import paging, responses
from reference_app.fiskil.transport import Request


async def every_record(client, path, root, params, deadline):
    """Return the pages before the first link to a page that was read before."""
    endpoint, url = f"GET {path}", f"{client.base_url}{path}"
    page = await client.call(
        Request(endpoint=endpoint, url=url, params=params), lambda payload: responses.page(payload, root), deadline=deadline
    )
    records, visited = list(page.records), {url}
    while (url := paging.following(page.next_url, url)) and url not in visited:
        visited.add(url)
        page = await client.call(
            Request(endpoint=endpoint, url=url), lambda payload: responses.page(payload, root), deadline=deadline
        )
        records += page.records
    return records


paging.every_record = every_record
build = app.build
