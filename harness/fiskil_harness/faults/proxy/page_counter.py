"""Page numbers of requests, counted as a client follows the links from page to page."""

from urllib.parse import parse_qs

CURSORS = ("page[after]", "page[before]")
MOST_WALKS = 10_000


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
