"""Does only the app's server call the API, and no browser?"""

from urllib.parse import urlsplit

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.journal import Exchange, Fetched, Journal
from fiskil_harness.journal.queries.api_calls import calls, header, routes_of
from fiskil_harness.journal.queries.page_coverage import coverage_gap
from fiskil_harness.probes.probe import Finding, Probe

AGENTS = ("Mozilla/", "Chrome/", "Safari/", "Firefox/")
PICTURES = frozenset({"font", "image", "media", "stylesheet"})
"""Resource types that a page may load from any host, such as an institution's logo."""


class CallsFromTheServer(Probe, frozen=True, kw_only=True, tag="calls_from_the_server"):
    """Check that no page in the browser requests a URL of the API.

    If an API call has a browser's headers although no page made it, the app's server forwards the headers. That gives advice
    only.
    """

    is_general = True
    needs = (PAGES,)
    expected = "pages request the app's server, and only the server calls the API"
    source = "transport.server-only"
    fix = "send requests of pages to your own server, which calls Fiskil and returns only what the page needs"

    def examine(self, journal: Journal) -> Finding:
        """Look for requests that pages sent to the API."""
        requests = [fetched for fetched in journal.all(Fetched) if fetched.is_api and fetched.kind not in PICTURES]
        if requests:
            lines = [f"the page {fetched.page!r} requested {_path(fetched.url)} from the API" for fetched in requests]
            return self.fails(lines[0], evidence=tuple(dict.fromkeys(lines)))
        if gap := coverage_gap(journal):
            return self.inconclusive(*gap)
        api_calls = calls(journal)
        browser_like = [call.route or "a call" for call in api_calls if _is_like_a_browser(call)][:1]
        advice = tuple(f"{call} carries a browser's headers; send your own headers instead" for call in browser_like)
        return self.passes("no page called the API", examined=routes_of(api_calls), advice=advice)


def _is_like_a_browser(call: Exchange) -> bool:
    """Return True if *call* has a combination of headers that only browsers send."""
    headers = call.request_headers
    is_fetched = bool(header(headers, "sec-fetch-site") or header(headers, "origin"))
    return is_fetched and any(name in header(headers, "user-agent") for name in AGENTS)


def _path(url: str) -> str:
    """Return only the path of *url*, because the query may contain a token or ids that differ between runs."""
    return urlsplit(url).path
