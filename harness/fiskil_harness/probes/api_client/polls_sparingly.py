"""Does the app stop reading from the API while nothing happens?"""

import math
from collections import Counter

from fiskil_harness.journal import Exchange, Idle, Journal
from fiskil_harness.journal.queries.api_calls import calls, parameters
from fiskil_harness.probes.probe import Finding, PlainProbe

READS_PER_SECOND = 0.5
MIN_ALLOWED = 2
MOVING = frozenset({"from", "to"})


class PollsSparingly(PlainProbe, frozen=True, kw_only=True, tag="polls_sparingly"):
    """Check that the app repeats no read more often than once every two real seconds during an idle period.

    Reads that differ only in the parameters ``from`` and ``to`` count as equal, because a polling app changes both.
    """

    around = ("stay_idle",)
    expected = "few equal reads while nothing happens"
    source = "sync.no-polling"
    fix = "read when a sync event arrives; if you must poll, do it hours apart"

    def examine(self, journal: Journal) -> Finding:
        """Count the equal reads in each idle period."""
        idle_periods = journal.all(Idle)
        if not idle_periods:
            return self.inconclusive("the scenario has no idle period")
        if not calls(journal):
            return self.inconclusive("the app never called the API, so the absence of polling proves nothing")
        for idle in idle_periods:
            allowed = max(MIN_ALLOWED, math.ceil(idle.seconds * READS_PER_SECOND))
            within = [call for call in calls(journal) if idle.at_s <= call.at_s < idle.at_s + idle.seconds]
            counts = Counter(_read_key(call) for call in within if call.method == "GET")
            often = sorted({route for (route, _, _), count in counts.items() if count > allowed})
            if often:
                observed = f"more than {allowed} equal reads in {idle.seconds:g} idle seconds"
                return self.fails(observed, evidence=tuple(f"polled {route}" for route in often), examined=len(idle_periods))
        return self.passes(f"no polling in {len(idle_periods)} idle periods", examined=len(idle_periods))


def _read_key(call: Exchange) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    fixed = sorted((name, value) for name, value in parameters(call).items() if name not in MOVING)
    return call.route or call.path, call.path, tuple(fixed)
