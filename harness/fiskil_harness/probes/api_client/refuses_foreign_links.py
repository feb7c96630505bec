"""Does the app ignore links to foreign origins in API responses, and never send its access token to such an origin?"""

from fiskil_harness.journal import Exchange, ForeignOriginCalled, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, calls, parameters, routes_of
from fiskil_harness.probes.probe import Finding, Probe

LINKS = ("NextForeign",)
REDIRECTS = ("RedirectCrossOrigin", "RedirectDowngrade")
CURSORS = frozenset({"page[after]", "page[before]"})


class RefusesForeignLinks(Probe, frozen=True, kw_only=True, tag="refuses_foreign_links"):
    """Check that the app follows no ``links.next`` to another origin, and sends its token only to the API's origin.

    The app may follow a redirect to another origin if it does not send the token, as most HTTP clients do by default.
    """

    is_general = True
    expected = "no call to an origin that only a response named; the token is sent to the API's origin only"
    source = "paging.links"
    fix = "resolve links.next against the API's origin and reject any other; send no Authorization header after a redirect"

    def examine(self, journal: Journal) -> Finding:
        """Check the requests that arrived at the foreign origin."""
        linked, redirected = bitten_by(journal, *LINKS), bitten_by(journal, *REDIRECTS)
        pointing_away = [*linked, *redirected]
        foreign_requests = journal.all(ForeignOriginCalled)
        if any(request.carries_token for request in foreign_requests):
            observed = "the access token was sent to an origin that only a response had named"
            return self.fails(observed, evidence=_lines(pointing_away))
        if foreign_requests and not redirected:
            observed = "the app called an origin that only links.next had named, although without the token"
            return self.fails(observed, evidence=_lines(pointing_away))
        if not pointing_away:
            return self.inconclusive("no response pointed to another origin")
        if not redirected and not any(CURSORS & parameters(call).keys() for call in calls(journal)):
            return self.inconclusive("the app followed no pagination link, so none could lead it to another origin")
        return self.passes("no token was sent to another origin", examined=routes_of(pointing_away))


def _lines(pointing_away: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"{call.route}: response changed by {bite}" for call in pointing_away for bite in call.bites}))
