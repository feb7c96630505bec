"""Do access tokens stay out of what a browser keeps?"""

from collections.abc import Iterator
from typing import ClassVar

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Fetched, Journal, Stored
from fiskil_harness.journal.queries.api_calls import bearer, calls, header
from fiskil_harness.journal.queries.page_coverage import secrets_in, unseen
from fiskil_harness.journal.queries.secrets import index_of
from fiskil_harness.probes.probe import PlainProbe

TOKEN = ("access token",)
PLACES = {
    "cache": "the browser's cache",
    "cookie": "a cookie",
    "history": "the browser's history",
    "url": "an address that the browser was sent to",
}

SET_BY = {"set-cookie": PLACES["cookie"], "location": PLACES["url"]}
"""The headers of answers that make a browser keep something, be it for a moment."""


class KeepsTokensOffBrowsers(PlainProbe, frozen=True, kw_only=True, tag="keeps_tokens_off_browsers"):
    """After a whole journey no storage, no cookie, no address and no history of the browser holds an access token.

    Cookies that no script may read are searched too: a token in one leaves the server all the same.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "no access token in storage, cookies, addresses or history, plain or encoded"
    source: ClassVar[str] = "token.never-in-browser"
    fix: ClassVar[str] = (
        "keep the token in the server's memory, and let the browser hold no more than a session id of your own"
    )

    def examine(self, journal: Journal) -> Finding:
        """Search whatever was kept, and the cookies that were set and sent."""
        kept = [stored for stored in journal.all(Stored) if stored.place != "lack"]
        hits = list(dict.fromkeys(_hits(journal, kept)))
        if hits:
            return self.fails(hits[0], evidence=tuple(hits), examined=len(kept))
        problem, hook = unseen(journal)
        if problem:
            return self.inconclusive(problem, hook=hook)
        if not any(bearer(call) for call in calls(journal)):
            return self.inconclusive("the app made no call with a token")
        return self.passes("nothing that the browser kept holds a token", examined=len(kept))


def _hits(journal: Journal, kept: list[Stored]) -> Iterator[str]:
    wanted = index_of(journal, TOKEN)
    for stored in kept:
        for what in secrets_in(f"{stored.name}={stored.value}".encode(), wanted):
            yield f"{what} stands in {PLACES.get(stored.place, stored.place)}, on the page {stored.page!r}"
    for asked in journal.all(Fetched):
        if secrets_in(header(asked.headers, "cookie").encode(), wanted):
            yield f"the access token stands in a cookie, on the page {asked.page!r}"
        for name, value in asked.response_headers:
            if name.lower() in SET_BY and secrets_in(value.encode(), wanted):
                yield f"the access token stands in {SET_BY[name.lower()]}, on the page {asked.page!r}"
