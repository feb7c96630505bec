"""Complete lists: every page, by following Fiskil's ``next`` link.

A link is followed only within the origin of the first page, because the token is sent along.
"""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from reference_app.fiskil import responses
from reference_app.fiskil.client import Client
from reference_app.fiskil.errors import FiskilError, Refused, Rejected
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.transport import Request

Records = list[Mapping[str, object]]


async def every_record(client: Client, path: str, root: str, params: dict[str, str], deadline: Deadline) -> Records:
    """Read a list to its end; restart once if it fails after the first page.

    Raises:
        FiskilError: The list cannot be read completely. A partial list is never returned.
    """
    try:
        return await _walk(client, path, root, params, deadline)
    except _Broken as broken:
        if not may_begin_again(broken.error):
            raise broken.error from None
    try:
        return await _walk(client, path, root, params, deadline)
    except _Broken as broken:
        raise broken.error from None


def following(link: str, current: str) -> str:
    """Return the absolute URL of the next page; empty after the last page.

    Raises:
        Rejected: The link points to another origin.
    """
    if not link:
        return ""
    target = urljoin(current, link)
    if not is_same_origin(target, current):
        raise Rejected("a next link to another origin")
    return target


def is_same_origin(left: str, right: str) -> bool:
    """Return whether two URLs have the same scheme, host and port."""
    return urlsplit(left)[:2] == urlsplit(right)[:2]


def may_begin_again(error: FiskilError) -> bool:
    """Return whether to restart: a restart replaces an expired cursor, but not a refused token."""
    return not isinstance(error, Refused)


class _Broken(Exception):
    """A list that failed after its first page."""

    def __init__(self, error: FiskilError) -> None:
        super().__init__(error.reason)
        self.error = error


async def _walk(client: Client, path: str, root: str, params: dict[str, str], deadline: Deadline) -> Records:
    url = f"{client.base_url}{path}"
    endpoint = f"GET {path}"
    request = Request(endpoint=endpoint, url=url, params=params)
    page = await client.call(request, lambda payload: responses.page(payload, root), deadline=deadline)
    records, visited = list(page.records), {url}
    try:
        while url := following(page.next_url, url):
            if url in visited:
                raise Rejected("next links that go in a circle")
            visited.add(url)
            request = Request(endpoint=endpoint, url=url)
            page = await client.call(request, lambda payload: responses.page(payload, root), deadline=deadline)
            records += page.records
    except FiskilError as error:
        raise _Broken(error) from error
    return records
