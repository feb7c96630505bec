"""Stops after 100 pages of a list and treats them as the complete list.

Follow links.next until there is none. A limit against endless lists must raise an error, not return a partial list.
"""

from reference_app import app
from reference_app.fiskil import paging, responses
from reference_app.fiskil.transport import Request

MOST_PAGES = 100


async def every_record(client, path, root, params, deadline):
    """Return at most 100 pages."""
    endpoint, url = f"GET {path}", f"{client.base_url}{path}"
    records = []
    for _ in range(MOST_PAGES):
        request = Request(endpoint=endpoint, url=url, params=params)
        page = await client.call(request, lambda payload: responses.page(payload, root), deadline=deadline)
        records += page.records
        url, params = paging.following(page.next_url, url), None
        if not url:
            break
    return records


paging.every_record = every_record
build = app.build
