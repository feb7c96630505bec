"""Does the app stay away from another origin that an answer of the API names, and does its token stay at home?"""

from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal, Strayed
from fiskil_harness.journal.queries.api_calls import bitten_by, calls, parameters, routes_of
from fiskil_harness.probes.probe import PlainProbe

LINKS = ("NextForeign",)
REDIRECTS = ("RedirectCrossOrigin", "RedirectDowngrade")
CURSORS = frozenset({"page[after]", "page[before]"})


class RefusesForeignLinks(PlainProbe, frozen=True, kw_only=True, tag="refuses_foreign_links"):
    """A ``links.next`` to another origin is not followed at all, and no token ever goes to an origin but the API's.

    A redirect may be followed without the token, as most clients do of themselves; who brings it along has given it away.
    """

    expected: ClassVar[str] = "no call to an origin that only an answer named; the token goes to the API's alone"
    source: ClassVar[str] = "paging.links"
    fix: ClassVar[str] = (
        "resolve links.next against the API's origin and refuse any other; let no redirect take Authorization"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look at who came where nobody has a reason to."""
        linked, redirected = bitten_by(journal, *LINKS), bitten_by(journal, *REDIRECTS)
        led = [*linked, *redirected]
        strayed = journal.all(Strayed)
        if any(each_strayed.carries_token for each_strayed in strayed):
            seen = "the access token was sent to an origin that only an answer had named"
            return self.fails(seen, evidence=_lines(led), examined=routes_of(led) or 1)
        if strayed and not redirected:
            seen = "an origin was called that only links.next had named, though without the token"
            return self.fails(seen, evidence=_lines(led), examined=routes_of(led) or 1)
        if not led:
            return self.inconclusive("no answer led to another origin")
        if not redirected and not any(CURSORS & parameters(call).keys() for call in calls(journal)):
            return self.inconclusive("the app followed no link to a next page, so none could lead it away")
        return self.passes("no token left for another origin", examined=routes_of(led))


def _lines(led: list[Exchange]) -> tuple[str, ...]:
    return tuple(sorted({f"{call.route} was answered by {bite}" for call in led for bite in call.bites}))
