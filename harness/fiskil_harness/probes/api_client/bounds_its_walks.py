"""Does a walk end whose links lead to where it has been?"""

from collections import Counter
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, call_key, calls, parameters, routes_of
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY
from fiskil_harness.probes.probe import PlainProbe

LOOPS = ("CursorLoop", "PageRepeated")
MOST = 200
CURSORS = ("page[after]", "page[before]")


class BoundsItsWalks(PlainProbe, frozen=True, kw_only=True, tag="bounds_its_walks"):
    """A walk that is led in a circle ends: no page of it is asked for more than two hundred times.

    Who remembers where it has been stops at the second time; who counts pages needs some room for long lists. A walk begins
    with a call without a cursor, so that walks which begin again are told apart.
    """

    expected: ClassVar[str] = "a walk that comes to a page again is given up, or ends at a bound"
    source: ClassVar[str] = "paging.links"
    fix: ClassVar[str] = (
        "keep the links of a walk in a set, fail the walk when one comes again, and keep what the last one brought"
    )

    def examine(self, journal: Journal) -> Finding:
        """Count how often each walk asked for the same page."""
        led = bitten_by(journal, *LOOPS)
        if not led:
            return self.inconclusive("no walk was led in a circle")
        if all(_is_first(call) for call in calls(journal)):
            return self.inconclusive("the app followed no link to a next page, so none could lead it in a circle")
        walked = {(call.route, call.end_user_id) for call in led}
        endless = sorted(route for route, end_user_id in walked if _most_times(journal, route, end_user_id) > MOST)
        if endless:
            seen = f"one walk of {endless[0]} asked for the same page more than {MOST} times"
            return self.fails(seen, evidence=tuple(f"{route} in a circle" for route in endless), examined=routes_of(led))
        looks = [effects for effects in journal.all(Effects) if effects.at_s > led[0].at_s]
        if looks and not looks[0].is_idle:
            return self.inconclusive(STILL_BUSY, hook="" if looks[0].pending is not None else PENDING)
        return self.passes("every walk that was led in a circle ended", examined=routes_of(led))


def _most_times(journal: Journal, route: str, end_user_id: str) -> int:
    """How often one walk of an end user's list asked for one page, at most."""
    most = 0
    counts: Counter[CallKey] = Counter()
    for call in calls(journal, route):
        if call.end_user_id != end_user_id:
            continue
        if _is_first(call):
            counts.clear()
            continue
        counts[call_key(call)] += 1
        most = max(most, counts[call_key(call)])
    return most


def _is_first(call: Exchange) -> bool:
    return not any(parameters(call).get(name) for name in CURSORS)
