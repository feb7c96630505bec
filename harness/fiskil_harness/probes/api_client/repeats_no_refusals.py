"""Does the app stop after a response that no retry can change?"""

from itertools import pairwise

from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import bitten_by, call_key, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_between
from fiskil_harness.journal.queries.storms import MAX_ATTEMPTS
from fiskil_harness.probes.probe import Finding, Probe

FINAL = frozenset({400, 406, 410, 413, 415, 422})
FINAL_FOR_CREATIONS = FINAL | {403, 404}
CREATIONS = frozenset({"auth_session", "end_users.create"})
DATA = ("banking.", "common.", "energy.")
SPACED_S = 1.0


class RepeatsNoRefusals(Probe, frozen=True, kw_only=True, tag="repeats_no_refusals"):
    """Check that the app makes a permanently refused call at most three times for each piece of work.

    Attempts that are a second or more apart are not counted, because they are harmless. Neither are 403 and 404 for reads of
    data, because a consent may be about to end.
    """

    is_general = True
    expected = "an error for the caller, and no further attempt of the same request"
    source = "errors.simple"
    fix = "retry only what may pass, such as network errors, 429 and 5xx; report any other 4xx, and stop"

    def examine(self, journal: Journal) -> Finding:
        """Compare the number of equal refused calls with the number of pieces of work that arrived meanwhile."""
        groups: dict[object, list[Exchange]] = {}
        for call in bitten_by(journal):
            if _is_final(call):
                groups.setdefault(call_key(call), []).append(call)
        refused = [call for group in groups.values() for call in group]
        routes = sorted({group[0].route for group in groups.values() if _has_too_many_attempts(journal, group)})
        if routes:
            observed = f"{routes[0]} was refused permanently, but called more than {MAX_ATTEMPTS} times per piece of work"
            evidence = tuple(f"repeated: {route}" for route in routes)
            return self.fails(observed, evidence=evidence)
        if not refused:
            return self.inconclusive("no call was refused permanently")
        return self.passes("permanently refused calls were not repeated too often", examined=routes_of(refused))


def _is_final(call: Exchange) -> bool:
    if call.route in CREATIONS:
        return call.status in FINAL_FOR_CREATIONS
    return call.route.startswith(DATA) and call.status in FINAL


def _has_too_many_attempts(journal: Journal, refused: list[Exchange]) -> bool:
    spaced = sum(1 for before, call in pairwise(refused) if call.at_s - before.ended_s >= SPACED_S)
    work = work_between(journal, idle_before(journal, refused[0].at_s), refused[-1].at_s)
    return len(refused) - spaced > MAX_ATTEMPTS * max(1, work)
