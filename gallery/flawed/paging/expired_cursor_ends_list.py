"""Treats a refused cursor as the end of the list, and stores the pages before it.

Restart the list, or fail completely: a partial list must never be stored.
"""

from reference_app import app
from reference_app.fiskil import paging, responses
from reference_app.fiskil.errors import Rejected
from reference_app.fiskil.transport import Request

_records = paging.every_record


async def every_record(client, path, root, params, deadline):
    """Return the pages before the first refusal."""
    endpoint, url = f"GET {path}", f"{client.base_url}{path}"
    page = await client.call(
        Request(endpoint=endpoint, url=url, params=params), lambda payload: responses.page(payload, root), deadline=deadline
    )
    records, visited = list(page.records), {url}
    while (url := paging.following(page.next_url, url)) and url not in visited:
        visited.add(url)
        try:
            page = await client.call(
                Request(endpoint=endpoint, url=url), lambda payload: responses.page(payload, root), deadline=deadline
            )
        except Rejected:
            break
        records += page.records
    return records


paging.every_record = every_record
build = app.build
