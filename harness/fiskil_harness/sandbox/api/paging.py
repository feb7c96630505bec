"""Pages with opaque cursors: ``page[after]``, ``page[before]``, ``page[size]``, and the links between them.

A cursor names a position in one listing of one end user, or a row and the position behind it. It is sealed, so that one made
up, or one of another listing, is none of ours.
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

_CURSORS = ("page[after]", "page[before]")


def page(
    store: Store,
    request: ApiRequest,
    rows: Sequence[Any],
    *,
    usual_size: int | None = None,
    refuse: Callable[[str], ApiProblem] = invalid_request,
) -> tuple[Sequence[Any], dict[str, str]]:
    """Cut the asked page out of *rows* and make its links; a single page has none.

    Args:
        usual_size: How many rows a page holds if nobody asks; without it, what is usual for data.
        refuse: Makes the 400.

    Raises:
        ApiProblem: 400 for a size that is no number; 503 for a cursor that is none of ours.

    Source: paging.links, paging.size-cap, paging.default-size, paging.bad-cursor
    """
    size = _size(store, request.query_value("page[size]"), usual_size, refuse)
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
    """A core list as the version has it: bare until v2, then in an envelope, whose pages only the caller asks for.

    Source: versions.v3-envelope, paging.v3-lists
    """
    if request.version != "v3":
        return rows[:]
    is_whole = store.interpretation("paging.v3-lists") == "whole"
    shown, links = page(store, request, rows, usual_size=max(1, len(rows)) if is_whole else None, refuse=bad_request)
    return {root: shown, "links": links}


def _size(store: Store, text: str | None, usual_size: int | None, refuse: Callable[[str], ApiProblem]) -> int:
    if text is None:
        return usual_size or min(int(store.interpretation("paging.default-size")), store.largest_page)
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit() and digits):
        raise refuse("invalid page[size]: must be a positive integer")
    return min(int(digits[:9]), store.largest_page)


def _cursor(store: Store, request: ApiRequest, position: int, anchor: str) -> str:
    sealed = f"{store.mint.salt}/{request.path}/{request.query_value('end_user_id')}/{position}{anchor}"
    seal = hashlib.blake2b(sealed.encode(), digest_size=9).digest()
    return base64.urlsafe_b64encode(seal + position.to_bytes(3, "big") + anchor.encode()).decode()


def _position(store: Store, request: ApiRequest, cursor: str, rows: Sequence[Any]) -> int:
    """The position that a cursor stands for; one that names a row stands behind it, wherever the row is now.

    Source: paging.moving-rows
    """
    try:
        carried = base64.urlsafe_b64decode(cursor.encode("ascii"))[9:]
        position, anchor = int.from_bytes(carried[:3], "big"), carried[3:].decode("ascii")
    except ValueError:
        position, anchor = -1, ""
    if not 0 <= position < 2**24 or cursor != _cursor(store, request, position, anchor):
        raise ApiProblem(503, "ServiceUnavailable", "temporarily unavailable")
    found = _index(rows, anchor, position - 1) if anchor else None
    return position if found is None else found + 1


def _link(store: Store, request: ApiRequest, name: str, position: int, rows: Sequence[Any]) -> str:
    """Source: paging.link-form, paging.brackets"""
    anchor = _id_of(rows[position - 1]) if store.interpretation("paging.moving-rows") == "row" else ""
    kept = [(key, value) for key, value in request.query if key not in _CURSORS]
    safe = "" if store.interpretation("paging.brackets") == "encoded" else "[]"
    query = urlencode([*kept, (name, _cursor(store, request, position, anchor))], safe=safe)
    origin = store.api_url if store.interpretation("paging.link-form") == "absolute" else ""
    return f"{origin}{request.path}?{query}"


def _id_of(row: Any) -> str:
    """What identifies a row; empty for what has no id."""
    if isinstance(row, dict):
        return str(row.get("id") or row.get("arrangement_id") or "")
    return str(getattr(row, "fiskil_id", ""))


def _index(rows: Sequence[Any], anchor: str, hint: int) -> int | None:
    """Where the row with an id stands now, most likely where it stood; None if it has gone."""
    if isinstance(rows, Statement):
        return rows.position(anchor)
    if hint < len(rows) and _id_of(rows[hint]) == anchor:
        return hint
    return next((at for at, row in enumerate(rows) if _id_of(row) == anchor), None)
