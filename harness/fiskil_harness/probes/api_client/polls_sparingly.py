"""Does the app leave the API alone while nothing happens?"""

import math
from collections import Counter
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Idle, Journal
from fiskil_harness.journal.queries.api_calls import calls, parameters
from fiskil_harness.probes.probe import PlainProbe

READS_PER_SECOND = 0.5
LEAST_ALLOWED = 2
MOVING = frozenset({"from", "to"})


class PollsSparingly(PlainProbe, frozen=True, kw_only=True, tag="polls_sparingly"):
    """Over an idle stretch no reading is repeated more often than every other real second.

    Interpretations that differ only in ``from`` and ``to`` are equal: a poller moves them along.
    """

    around: ClassVar[tuple[str, ...]] = ("stay_idle",)
    expected: ClassVar[str] = "few equal reads while nothing happens"
    source: ClassVar[str] = "sync.no-polling"
    fix: ClassVar[str] = "read when a sync event arrives; poll, if at all, hours apart"

    def examine(self, journal: Journal) -> Finding:
        """Count equal reads in each idle stretch."""
        stretches = journal.all(Idle)
        if not stretches:
            return self.inconclusive("no idle stretch was watched")
        if not calls(journal):
            return self.inconclusive("the app never called the API, so its silence proves nothing")
        for idle in stretches:
            allowed = max(LEAST_ALLOWED, math.ceil(idle.seconds * READS_PER_SECOND))
            within = [call for call in calls(journal) if idle.at_s <= call.at_s < idle.at_s + idle.seconds]
            counts = Counter(_reading(call) for call in within if call.method == "GET")
            often = sorted({route for (route, _, _), count in counts.items() if count > allowed})
            if often:
                seen = f"more than {allowed} equal reads in {idle.seconds:g} idle seconds"
                return self.fails(seen, evidence=tuple(f"polled {route}" for route in often), examined=len(stretches))
        return self.passes(f"{len(stretches)} idle stretches passed without polling", examined=len(stretches))


def _reading(call: Exchange) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    kept = sorted((name, value) for name, value in parameters(call).items() if name not in MOVING)
    return call.route or call.path, call.path, tuple(kept)
