"""Does the API hear the app's server alone, and no browser?"""

from typing import ClassVar
from urllib.parse import urlsplit

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Fetched, Journal
from fiskil_harness.journal.queries.api_calls import calls, header
from fiskil_harness.journal.queries.page_coverage import unseen
from fiskil_harness.probes.probe import PlainProbe

AGENTS = ("Mozilla/", "Chrome/", "Safari/", "Firefox/")
PICTURES = frozenset({"font", "image", "media", "stylesheet"})
"""The kinds that any page may show of anybody's, such as an institution's logo."""


class CallsFromTheServer(PlainProbe, frozen=True, kw_only=True, tag="calls_from_the_server"):
    """No page asks for an address of the API.

    What the browser asked for was seen in the browser itself, so a call that carries a browser's marks and that no page made
    came from a server that passes headers on: that is advised against and no more.
    """

    needs: ClassVar[tuple[str, ...]] = (PAGES,)
    expected: ClassVar[str] = "pages ask the app's server, and only the server asks the API"
    source: ClassVar[str] = "transport.server-only"
    fix: ClassVar[str] = "let pages ask your own server, which asks Fiskil with its token and passes on what the page needs"

    def examine(self, journal: Journal) -> Finding:
        """Look where pages asked."""
        asked = [fetched for fetched in journal.all(Fetched) if fetched.is_api and fetched.kind not in PICTURES]
        if asked:
            lines = tuple(
                dict.fromkeys(f"the page {fetched.page!r} asked the API for {_path(fetched.url)}" for fetched in asked)
            )
            return self.fails(lines[0], evidence=lines, examined=len(asked))
        problem, hook = unseen(journal)
        if problem:
            return self.inconclusive(problem, hook=hook)
        made = calls(journal)
        marked = [call for call in made if _has_marks(call)]
        advice = (f"{marked[0].route or 'a call'} carries what browsers send; send headers of your own",) if marked else ()
        return self.passes("no page asked the API for anything", examined=len(made), advice=advice)


def _has_marks(call: Exchange) -> bool:
    """Whether it looks like a browser's call; clients of servers send some of these headers too, but not all of them."""
    sent = call.request_headers
    is_fetched = bool(header(sent, "sec-fetch-site") or header(sent, "origin"))
    return is_fetched and any(name in header(sent, "user-agent") for name in AGENTS)


def _path(url: str) -> str:
    """The path alone: what follows may hold ids that differ from run to run, or a token."""
    return urlsplit(url).path
