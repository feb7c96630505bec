"""Takes a cursor that the API refuses for the end of the list, and keeps the pages before it as if they were all.

A walk that breaks begins again, or fails as a whole: there is no such thing as half a list.
"""

from reference_app import app
from reference_app.fiskil import answers, paging
from reference_app.fiskil.errors import Rejected
from reference_app.fiskil.transport import Request

_records = paging.every_record


async def every_record(client, path, root, params, deadline):
    """As far as the cursors lead."""
    endpoint, url = f"GET {path}", f"{client.base_url}{path}"
    page = await client.call(
        Request(endpoint=endpoint, url=url, params=params), lambda it: answers.page(it, root), deadline=deadline
    )
    records, seen = list(page.records), {url}
    while (url := paging.following(page.next_url, url)) and url not in seen:
        seen.add(url)
        try:
            page = await client.call(
                Request(endpoint=endpoint, url=url), lambda it: answers.page(it, root), deadline=deadline
            )
        except Rejected:
            break
        records += page.records
    return records


paging.every_record = every_record
build = app.build
