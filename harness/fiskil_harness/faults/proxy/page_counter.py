"""Which page of a walk a request asks for, as a client that follows links walks."""

from urllib.parse import parse_qs

CURSORS = ("page[after]", "page[before]")
MOST_WALKS = 10_000


class Pages:
    """Counts, for each route and end user, the pages since one was asked for without a cursor."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str, str], int] = {}

    def page_of(self, route: str, end_user_id: str, query: bytes) -> int:
        """The page that this request asks for, from 1. The same cursor again is the same page again."""
        asked = parse_qs(query.decode("latin-1"))
        cursor = next((asked[name][0] for name in CURSORS if name in asked), "")
        if not cursor:
            self._latest[route, end_user_id, ""] = 1
            return 1
        if len(self._latest) > MOST_WALKS:
            self._latest.clear()
        known = self._latest.get((route, end_user_id, cursor))
        if known is None:
            known = self._latest.get((route, end_user_id, ""), 1) + 1
            self._latest[route, end_user_id, cursor] = known
        self._latest[route, end_user_id, ""] = known
        return known
