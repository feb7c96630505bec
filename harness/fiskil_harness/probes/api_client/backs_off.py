"""Does the app leave an API that fails more and more time, or come back in one short rhythm?"""

from itertools import groupby, pairwise
from math import inf
from typing import ClassVar

from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, call_key, calls, header, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_between, work_times
from fiskil_harness.probes.api_client.retries_spoilt_reads import is_spoilt
from fiskil_harness.probes.probe import PlainProbe

LEAST = 12
"""So many pauses that are alike are no chance: the best known jitters make such a series less than once in ten thousand."""

SHORT_S = 1.0
ALIKE = 1.25
SLACK_S = 0.02
GROWN = 2.0


class BacksOff(PlainProbe, frozen=True, kw_only=True, tag="backs_off"):
    """While equal calls of one job keep failing, they do not come again and again after pauses that are all alike and short.

    Who gives up after a few tries has backed off as well, and so has who waits for a second and more. Whatever was told by
    Retry-After, or may be another job's call, is left out.
    """

    expected: ClassVar[str] = "pauses that grow, with chance in them, or a few tries and then an end"
    source: ClassVar[str] = "errors.timeout"
    fix: ClassVar[str] = "double the pause after each failure up to a cap, draw part of it at random, and end in time"

    def examine(self, journal: Journal) -> Finding:
        """Look at the pauses in each series of equal failing calls."""
        found = _series(journal)
        if not found:
            return self.inconclusive("no call of one job alone kept failing")
        flat = sorted({one[0].route for one in found if is_flat(pauses(one))})
        shown = [call for one in found for call in one]
        if flat:
            seen = f"{flat[0]} was asked again and again while it failed, after pauses that were all alike and short"
            return self.fails(seen, evidence=tuple(f"in one rhythm: {route}" for route in flat), examined=routes_of(shown))
        telling = [call for one in found if _tells(journal, one) for call in one]
        if not telling:
            return self.inconclusive("the API worked again before the pauses could be told from one another")
        return self.passes("nothing that kept failing was asked for in one short rhythm", examined=routes_of(telling))


def pauses(series: list[Exchange]) -> list[float]:
    """Real seconds from each failing call to the next: from its arrival, for the end of an answer may be noted late."""
    return [again.at_s - failed.at_s for failed, again in pairwise(series)]


def is_flat(waited: list[float]) -> bool:
    """Whether pauses are many, short and alike; a machine that stalls may draw out one in five of them."""
    if len(waited) < LEAST or max(waited) >= SHORT_S:
        return False
    alike = [number for number in waited if number <= min(waited) * ALIKE + SLACK_S]
    return len(alike) * 5 >= len(waited) * 4


def _series(journal: Journal) -> list[list[Exchange]]:
    """Equal calls that failed one after another, each series the doing of one job."""
    failing = [call for call in bitten_by(journal) if is_spoilt(call) and not header(call.response_headers, "retry-after")]
    starts = work_times(journal)

    def key(call: Exchange) -> tuple[CallKey, int]:
        return call_key(call), sum(1 for moment in starts if moment <= call.at_s)

    groups = (list(ones) for _, ones in groupby(sorted(failing, key=lambda call: (*key(call), call.number)), key=key))
    return [group for group in groups if _is_of_one_job(journal, group) and not _overlap(group)]


def _is_of_one_job(journal: Journal, series: list[Exchange]) -> bool:
    return work_between(journal, idle_before(journal, series[0].at_s), series[-1].at_s) <= 1


def _overlap(series: list[Exchange]) -> bool:
    return any(again.at_s < failed.ended_s for failed, again in pairwise(series))


def _tells(journal: Journal, series: list[Exchange]) -> bool:
    """Whether the app showed how it waits: it gave up, waited long, or waited longer than before."""
    waited = pauses(series)
    later = [call for call in calls(journal, series[0].route) if call.number > series[-1].number]
    next_asking_s = min((moment for moment in work_times(journal) if moment > series[-1].at_s), default=inf)
    again = next((call for call in later if call_key(call) == call_key(series[-1]) and call.at_s < next_asking_s), None)
    if again is None:
        return True
    waited.append(again.at_s - series[-1].at_s)
    return max(waited) >= SHORT_S or (len(waited) > 2 and max(waited) >= GROWN * min(waited))
