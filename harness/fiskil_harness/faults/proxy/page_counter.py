"""Page numbers of requests: a page has the number after that of the page whose response linked to it.

A link to an unknown page, such as one that a fault invented, counts as the page after the latest one.
"""

import re
from urllib.parse import parse_qs, unquote

CURSORS = ("page[after]", "page[before]")
MOST_WALKS = 10_000
_NEXT = re.compile(rb'"next"\s*:\s*"[^"]*page(?:\[|%5B)after(?:\]|%5D)=([^"&]+)', re.IGNORECASE)


class Pages:
    """Counts the pages of each route and end user, beginning at a request without a cursor."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str, str], int] = {}

    def page_of(self, route: str, end_user_id: str, query: bytes) -> int:
        """Return the number of the requested page, counted from 1; a repeated cursor gets the same number again."""
        parameters = parse_qs(query.decode("latin-1"))
        cursor = next((parameters[name][0] for name in CURSORS if name in parameters), "")
        if not cursor:
            self._latest[route, end_user_id, ""] = 1
            return 1
        if len(self._latest) > MOST_WALKS:
            self._latest.clear()
        page = self._latest.get((route, end_user_id, cursor))
        if page is None:
            page = self._latest.get((route, end_user_id, ""), 1) + 1
            self._latest[route, end_user_id, cursor] = page
        self._latest[route, end_user_id, ""] = page
        return page

    def note_link(self, route: str, end_user_id: str, page: int, body: bytes | bytearray) -> None:
        """Remember the number of the page to which the response *body* of *page* links.

        Several walks through the same list may overlap, so the order of requests does not show which page follows which.
        """
        link = _NEXT.search(body, max(body.rfind(b'"next"'), 0))
        if link is not None:
            self._latest.setdefault((route, end_user_id, unquote(link[1].decode("latin-1"))), page + 1)
