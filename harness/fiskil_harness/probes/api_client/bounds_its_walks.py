"""Does the app stop following pagination links that lead back to pages it has already read?"""

from collections import Counter

from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, call_key, calls, is_first_page, routes_of
from fiskil_harness.journal.queries.rows import PENDING, STILL_BUSY
from fiskil_harness.probes.probe import Finding, Probe

LOOPS = ("CursorLoop", "PageRepeated")
MAX_PAGE_REQUESTS = 200


class BoundsItsWalks(Probe, frozen=True, kw_only=True, tag="bounds_its_walks"):
    """Check that the app stops following pagination links in a loop: one read requests no page more than 200 times.

    An app that remembers the links it has followed stops at the first repetition. An app that limits the number of pages
    stops later, because its limit must allow long lists. A call without a cursor begins a new read, so reading a list again
    is not a loop.
    """

    is_general = True
    expected = "the app stops when a page repeats, or at a page limit"
    source = "paging.links"
    fix = (
        "remember the links that a read has followed, stop when a link repeats, and keep the rows of the last complete read"
    )

    def examine(self, journal: Journal) -> Finding:
        """Count how often each read of a list requested the same page."""
        looping = bitten_by(journal, *LOOPS)
        if not looping:
            return self.inconclusive("no response contained a looping pagination link")
        if all(is_first_page(call) for call in calls(journal)):
            return self.inconclusive("the app followed no pagination link, so none could lead it into a loop")
        walks = {(call.route, call.end_user_id) for call in looping}
        endless = sorted(
            route for route, end_user_id in walks if _highest_count(journal, route, end_user_id) > MAX_PAGE_REQUESTS
        )
        if endless:
            observed = f"one read of {endless[0]} requested the same page more than {MAX_PAGE_REQUESTS} times"
            evidence = tuple(f"pagination loop: {route}" for route in endless)
            return self.fails(observed, evidence=evidence)
        snapshots = [effects for effects in journal.all(Effects) if effects.at_s > looping[0].at_s]
        if snapshots and not snapshots[0].is_idle and not all(_begins_again(journal, *walk) for walk in walks):
            return self.inconclusive(STILL_BUSY, hook="" if snapshots[0].pending is not None else PENDING)
        return self.passes("every read with a looping pagination link ended", examined=routes_of(looping))


def _begins_again(journal: Journal, route: str, end_user_id: str) -> bool:
    """Return True if the app read the list from its beginning between two calls that met a loop, so the first read ended."""
    own = [call for call in calls(journal, route) if call.end_user_id == end_user_id]
    looped = [call for call in bitten_by(journal, *LOOPS) if call in own]
    return any(is_first_page(call) and looped[0].ended_s <= call.at_s < looped[-1].at_s for call in own)


def _highest_count(journal: Journal, route: str, end_user_id: str) -> int:
    """Return the highest number of requests for the same page within one read of the end user's list."""
    highest = 0
    counts: Counter[CallKey] = Counter()
    for call in calls(journal, route):
        if call.end_user_id != end_user_id:
            continue
        if is_first_page(call):
            counts.clear()
            continue
        counts[call_key(call)] += 1
        highest = max(highest, counts[call_key(call)])
    return highest
