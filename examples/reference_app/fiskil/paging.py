"""Lists to their end: every page, by the ``next`` link that Fiskil gives.

A link is followed only back to where the first page came from: the token goes with it.
"""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from reference_app.fiskil import answers
from reference_app.fiskil.client import Client
from reference_app.fiskil.errors import FiskilError, Refused, Rejected
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.transport import Request

Records = list[Mapping[str, object]]


async def every_record(client: Client, path: str, root: str, params: dict[str, str], deadline: Deadline) -> Records:
    """Walk a list to its end; a walk that breaks after its first page begins once more.

    Raises:
        FiskilError: The list cannot be read completely. There is no such thing as half a list.
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
    """The address of the next page, absolute; empty when this was the last.

    Raises:
        Rejected: The link leads to another origin.
    """
    if not link:
        return ""
    target = urljoin(current, link)
    if not is_same_origin(target, current):
        raise Rejected("a next link to another origin")
    return target


def is_same_origin(left: str, right: str) -> bool:
    """Whether two addresses share scheme, host and port."""
    return urlsplit(left)[:2] == urlsplit(right)[:2]


def may_begin_again(error: FiskilError) -> bool:
    """A cursor that expired gets a fresh one; a refused token does not get better by asking again."""
    return not isinstance(error, Refused)


class _Broken(Exception):
    """A walk that failed after its first page."""

    def __init__(self, error: FiskilError) -> None:
        super().__init__(error.reason)
        self.error = error


async def _walk(client: Client, path: str, root: str, params: dict[str, str], deadline: Deadline) -> Records:
    url = f"{client.base_url}{path}"
    endpoint = f"GET {path}"
    request = Request(endpoint=endpoint, url=url, params=params)
    page = await client.call(request, lambda payload: answers.page(payload, root), deadline=deadline)
    records, seen = list(page.records), {url}
    try:
        while url := following(page.next_url, url):
            if url in seen:
                raise Rejected("next links that go in a circle")
            seen.add(url)
            request = Request(endpoint=endpoint, url=url)
            page = await client.call(request, lambda payload: answers.page(payload, root), deadline=deadline)
            records += page.records
    except FiskilError as error:
        raise _Broken(error) from error
    return records
