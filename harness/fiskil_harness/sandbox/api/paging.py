"""Pages with opaque cursors: ``page[after]``, ``page[before]``, ``page[size]``, and the links between pages.

A cursor encodes a position in one listing of one end user, and under one interpretation also the id of the row before that
position. A cursor contains a hash, so that an invented cursor, or a cursor of another listing, is detected.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from fiskil_harness.sandbox.api.wire import ApiRequest
from fiskil_harness.sandbox.bank.statement import Statement
from fiskil_harness.sandbox.problems import ApiProblem, bad_request, invalid_request
from fiskil_harness.sandbox.store import Store

SPLIT_FROM = 8
"""The length from which a list has the fewest pages that ``limit_pages`` sets; a shorter list keeps its pages."""

_CURSORS = ("page[after]", "page[before]")
_SIGNS = "-_"
"""The beginning of each cursor: the signs in which the two alphabets of base64 differ. The API accepts both alphabets."""
_URL_SAFE = str.maketrans("+/", _SIGNS)


def page(
    store: Store,
    request: ApiRequest,
    rows: Sequence[Any],
    *,
    usual_size: int | None = None,
    refuse: Callable[[str], ApiProblem] = invalid_request,
) -> tuple[Sequence[Any], dict[str, str]]:
    """Return the requested page of *rows*, and its links to other pages; a single page has no links.

    Args:
        usual_size: The page size for requests without ``page[size]`` (default: the usual size of data endpoints).
        refuse: Creates the 400 error from a message.

    Raises:
        ApiProblem: 400 for a size that is not a positive integer; 503 for a cursor that the API did not issue.

    Source: paging.links, paging.size-cap, paging.default-size, paging.bad-cursor
    """
    size = _size(store, request.query_value("page[size]"), usual_size, refuse)
    if len(rows) >= SPLIT_FROM and len(rows) <= size * (store.fewest_pages - 1):
        size = len(rows) // store.fewest_pages
    after, before = request.query_value("page[after]"), request.query_value("page[before]")
    if after is None and before is not None:
        end = min(_position(store, request, before, rows), len(rows))
        start = max(0, end - size)
    else:
        start = min(_position(store, request, after, rows), len(rows)) if after is not None else 0
        end = min(start + size, len(rows))
    links: dict[str, str] = {}
    if start > 0:
        links["prev"] = _link(store, request, "page[before]", start, rows)
    if end < len(rows):
        links["next"] = _link(store, request, "page[after]", end, rows)
    return rows[start:end], links


def enveloped(store: Store, request: ApiRequest, root: str, rows: Sequence[Any]) -> Any:
    """Return a core endpoint's list: all *rows* until v2; in v3 an object with a page of them under *root*, and its links.

    Source: versions.v3-envelope, paging.v3-lists
    """
    if request.version != "v3":
        return rows[:]
    is_whole = store.interpretation("paging.v3-lists") == "whole"
    page_rows, links = page(store, request, rows, usual_size=max(1, len(rows)) if is_whole else None, refuse=bad_request)
    return {root: page_rows, "links": links}


def _size(store: Store, text: str | None, usual_size: int | None, refuse: Callable[[str], ApiProblem]) -> int:
    if text is None:
        usual_page = store.usual_page or int(store.interpretation("paging.default-size"))
        return usual_size or min(usual_page, store.largest_page)
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit() and digits):
        raise refuse("invalid page[size]: must be a positive integer")
    return min(int(digits[:9]), store.largest_page)


def _cursor(store: Store, request: ApiRequest, position: int, anchor: str) -> str:
    sealed = f"{store.mint.salt}/{request.path}/{request.query_value('end_user_id')}/{position}{anchor}"
    seal = hashlib.blake2b(sealed.encode(), digest_size=9).digest()
    return _SIGNS + base64.urlsafe_b64encode(seal + position.to_bytes(3, "big") + anchor.encode()).decode()


def _position(store: Store, request: ApiRequest, cursor: str, rows: Sequence[Any]) -> int:
    """Return the position that *cursor* encodes; if it contains a row id, the position after that row in *rows*.

    Source: paging.moving-rows
    """
    cursor = cursor.translate(_URL_SAFE)
    try:
        carried = base64.urlsafe_b64decode(cursor.removeprefix(_SIGNS).encode("ascii"))[9:]
        position, anchor = int.from_bytes(carried[:3], "big"), carried[3:].decode("ascii")
    except ValueError:
        position, anchor = -1, ""
    if not 0 <= position < 2**24 or cursor != _cursor(store, request, position, anchor):
        raise ApiProblem(503, "ServiceUnavailable", "temporarily unavailable")
    current = _index(rows, anchor, position - 1) if anchor else None
    return position if current is None else current + 1


def _link(store: Store, request: ApiRequest, name: str, position: int, rows: Sequence[Any]) -> str:
    """Return the URL of another page, with a cursor for *position*.

    Source: paging.link-form, paging.filters, paging.brackets
    """
    anchor = _id_of(rows[position - 1]) if store.interpretation("paging.moving-rows") == "row" else ""
    parameters = [(key, value) for key, value in request.query if key not in _CURSORS]
    safe = "" if store.interpretation("paging.brackets") == "encoded" else "[]"
    query = urlencode([*parameters, (name, _cursor(store, request, position, anchor))], safe=safe)
    own_origin = f"{store.api_url.partition(':')[0]}://{request.fiskil_host}" if request.fiskil_host else store.api_url
    origin = own_origin if store.interpretation("paging.link-form") == "absolute" else ""
    return f"{origin}{request.path}?{query}"


def _id_of(row: Any) -> str:
    """Return the id of a row; empty if the row has no id."""
    if isinstance(row, dict):
        return str(row.get("id") or row.get("arrangement_id") or "")
    return str(getattr(row, "fiskil_id", ""))


def _index(rows: Sequence[Any], anchor: str, hint: int) -> int | None:
    """Return the position of the row whose id is *anchor*, trying *hint* first; None if the row no longer exists."""
    if isinstance(rows, Statement):
        return rows.position(anchor)
    if hint < len(rows) and _id_of(rows[hint]) == anchor:
        return hint
    return next((at for at, row in enumerate(rows) if _id_of(row) == anchor), None)
