"""Does the app stop reading from the API while nothing happens?"""

import math

from fiskil_harness.journal import Idle, Journal
from fiskil_harness.journal.queries.api_calls import calls
from fiskil_harness.journal.queries.polling import LONG_S, POLLING, reads_within, repeated_moments
from fiskil_harness.probes.probe import Finding, Probe

READS_PER_SECOND = 0.5
MIN_ALLOWED = 2


class PollsSparingly(Probe, frozen=True, kw_only=True, tag="polls_sparingly"):
    """Check that the app repeats no read more often than once every two real seconds during an idle period.

    Reads that differ only in the parameters ``from`` and ``to`` count as equal, because a polling app changes both. In a
    period of ten seconds or more, no read about an end user with synced data may be made at three moments.
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
            often = sorted({key[0] for key, reads in reads_within(journal, idle).items() if len(reads) > allowed})
            if often:
                observed = f"more than {allowed} equal reads in {idle.seconds:g} idle seconds"
                return self.fails(observed, evidence=tuple(f"polled {route}" for route in often))
            if routes := _polled_slowly(journal, idle):
                observed = f"equal reads at {POLLING} or more moments, although all data was there and nothing happened"
                return self.fails(observed, evidence=tuple(f"polled {route}" for route in routes))
        longest_s = math.floor(max(idle.seconds for idle in idle_periods))
        observed = f"no polling in {len(idle_periods)} idle periods, the longest of {min(longest_s, LONG_S):g} s"
        return self.passes(observed, examined=len(idle_periods))


def _polled_slowly(journal: Journal, idle: Idle) -> list[str]:
    """Return the routes of reads at ``POLLING`` or more moments of a long idle period, sorted."""
    if idle.seconds < LONG_S:
        return []
    return sorted({key[0] for key, count in repeated_moments(journal, idle).items() if count >= POLLING})
