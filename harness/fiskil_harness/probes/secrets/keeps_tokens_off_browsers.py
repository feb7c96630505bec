"""Are access tokens absent from everything that a browser stores?"""

from collections.abc import Iterator

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Fetched, Journal, Stored
from fiskil_harness.journal.queries.api_calls import bearer, calls
from fiskil_harness.journal.queries.page_coverage import coverage_gap
from fiskil_harness.journal.queries.secrets import ACCESS_TOKEN, SecretsFound
from fiskil_harness.probes.probe import Finding, Probe

TOKEN = (ACCESS_TOKEN,)
PLACES = {
    "cache": "the browser's cache",
    "cookie": "a cookie",
    "history": "the browser's history",
    "url": "a URL that the browser was redirected to",
}

SET_BY = {"set-cookie": PLACES["cookie"], "location": PLACES["url"]}
"""Response headers that make a browser store something, and the place where it is stored."""


class KeepsTokensOffBrowsers(Probe, frozen=True, kw_only=True, tag="keeps_tokens_off_browsers"):
    """Check that the browser's storage, cookies, URLs and history contain no access token after a complete consent journey.

    HttpOnly cookies are searched too, because they also send the token to the browser.
    """

    is_general = True
    needs = (PAGES,)
    expected = "no access token in storage, cookies, URLs or history, plain or encoded"
    source = "token.never-in-browser"
    fix = "keep the token in the server's memory, and give the browser nothing but your own session id"

    def examine(self, journal: Journal) -> Finding:
        """Search everything that the browser stored, and the cookies that were set and sent."""
        stored_items = [stored for stored in journal.all(Stored) if not stored.is_unread]
        hits = list(dict.fromkeys(_hits(journal, stored_items)))
        if hits:
            return self.fails(hits[0], evidence=tuple(hits))
        if gap := coverage_gap(journal):
            return self.inconclusive(*gap)
        if not any(bearer(call) for call in calls(journal)):
            return self.inconclusive("the app made no call with a token")
        return self.passes("nothing that the browser kept contains a token", examined=len(stored_items))


def _hits(journal: Journal, stored_items: list[Stored]) -> Iterator[str]:
    found = SecretsFound(journal)
    for stored in stored_items:
        for secret in found.of(stored, kinds=TOKEN):
            yield f"{secret.description} is in {PLACES.get(stored.place, stored.place)}, on the page {stored.page!r}"
    for request in journal.all(Fetched):
        if found.of(request, "cookie"):
            yield f"the access token is in a cookie, on the page {request.page!r}"
        for number, (name, _) in enumerate(request.response_headers):
            if found.of(request, "stored header", header=number):
                yield f"the access token is in {SET_BY[name.lower()]}, on the page {request.page!r}"
