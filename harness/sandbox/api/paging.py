"""Pages with opaque cursors: ``page[after]``, ``page[before]``, ``page[size]``, and the links between them."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from harness.sandbox.api.wire import ApiRequest
from harness.sandbox.problems import ApiProblem, invalid_request
from harness.sandbox.store import Store

DEFAULT_SIZE = 25
LARGEST_SIZE = 1000


def page(store: Store, request: ApiRequest, rows: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
    """Cut the asked page out of *rows* and make its links; a single page has none.

    Raises:
        ApiProblem: 400 for a size that is no number; 503 for a cursor that is none of ours.

    Source: paging.links, paging.size-cap, paging.bad-cursor
    """
    size = _size(request.one("page[size]"))
    after, before = request.one("page[after]"), request.one("page[before]")
    if after is not None:
        start = _position(after)
    elif before is not None:
        start = max(0, _position(before) - size)
    else:
        start = 0
    end = min(start + size, len(rows))
    links: dict[str, str] = {}
    if start > 0:
        links["prev"] = _link(store, request, "page[before]", start)
    if end < len(rows):
        links["next"] = _link(store, request, "page[after]", end)
    return rows[start:end], links


def _size(text: str | None) -> int:
    if text is None:
        return DEFAULT_SIZE
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < 1:
        raise invalid_request("invalid page[size]: must be a positive integer")
    return min(int(text), LARGEST_SIZE)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"p{position}".encode()).rstrip(b"=").decode()


def _position(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if text[:1] != "p" or not text[1:].isdigit() or len(text) > 12:
            raise ValueError(cursor)
        return int(text[1:])
    except ValueError:
        raise ApiProblem(503, "ServiceUnavailable", "temporarily unavailable") from None


def _link(store: Store, request: ApiRequest, name: str, position: int) -> str:
    kept = [(key, value) for key, value in request.query if not key.startswith(("page[after]", "page[before]"))]
    return f"{store.api_url}{request.path}?{urlencode([*kept, (name, _cursor(position))])}"
