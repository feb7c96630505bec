"""Does the app increase its pauses while an API call fails, instead of retrying at a short constant interval?"""

from bisect import bisect_right
from collections import defaultdict
from itertools import groupby, pairwise
from math import inf

from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.journal.queries.api_calls import CallKey, bitten_by, call_key, calls, header, routes_of
from fiskil_harness.journal.queries.idleness import idle_before, work_between, work_times
from fiskil_harness.probes.api_client.retries_broken_reads import is_spoilt
from fiskil_harness.probes.probe import Finding, Probe

MIN_PAUSES = 12
"""Minimum number of pauses in a series that can fail.

Common algorithms with random pauses produce this many similar pauses less than once in 10,000 series.
"""

MANY_CALLS, LONG_S = 24, 5.0
"""Number of failing calls, and real seconds between the first and the last, after which growing pauses of any distribution
have reached ``SHORT_S``."""

SHORT_S = 1.0
SIMILAR_RATIO = 1.25
SLACK_S = 0.02
GROWTH_RATIO = 2.0


class BacksOff(Probe, frozen=True, kw_only=True, tag="backs_off"):
    """Check that the app does not retry a call that keeps failing after pauses that are all short and similar.

    If a series is long, pauses that are all short are enough for a FAIL.
    Giving up after a few attempts counts as backing off, and so do pauses of a second or more. Responses with Retry-After
    are left out. So are equal calls that two pieces of work may have caused, because their pauses are no backoff.
    """

    is_general = True
    expected = "growing, randomised pauses between attempts, or an end after a few attempts"
    source = "errors.timeout"
    fix = "double the pause after each failure up to a maximum, randomise part of it, and limit the attempts"

    def examine(self, journal: Journal) -> Finding:
        """Compare the pauses within each series of equal calls that failed."""
        all_series = _series(journal)
        if not all_series:
            return self.inconclusive("no call that belongs to a single job kept failing")
        flat = sorted({series[0].route for series in all_series if is_flat(pauses(series))})
        hasty = sorted({series[0].route for series in all_series if stays_short(series)})
        if flat:
            observed = f"{flat[0]} was retried again and again while it failed, after pauses that were all short and similar"
            evidence = tuple(f"constant interval: {route}" for route in flat)
            return self.fails(observed, evidence=evidence)
        if hasty:
            observed = f"{hasty[0]} was retried for more than {LONG_S:g} s while it failed, always within a second"
            evidence = tuple(f"no longer pause: {route}" for route in hasty)
            return self.fails(observed, evidence=evidence)
        equal_calls: dict[CallKey, list[Exchange]] = defaultdict(list)
        for call in calls(journal):
            equal_calls[call_key(call)].append(call)
        conclusive = [
            call
            for series in all_series
            if _shows_backoff(journal, series, equal_calls[call_key(series[0])])
            for call in series
        ]
        if not conclusive:
            return self.inconclusive("the API recovered before the pauses could be compared")
        return self.passes("no failing call was retried at a short constant interval", examined=routes_of(conclusive))


def pauses(series: list[Exchange]) -> list[float]:
    """Return the real seconds between the arrivals of successive failing calls.

    The end of a response is not used, because the harness may record it too late.
    """
    return [again.at_s - failed.at_s for failed, again in pairwise(series)]


def is_flat(pauses_s: list[float]) -> bool:
    """Return True if *pauses_s* are many, short and similar; one in five may be longer, because the machine may be slow."""
    if len(pauses_s) < MIN_PAUSES or max(pauses_s) >= SHORT_S:
        return False
    similar = [pause_s for pause_s in pauses_s if pause_s <= min(pauses_s) * SIMILAR_RATIO + SLACK_S]
    return len(similar) * 5 >= len(pauses_s) * 4


def stays_short(series: list[Exchange]) -> bool:
    """Return True if the calls of a long series follow one another within less than a second each."""
    is_long = len(series) >= MANY_CALLS and series[-1].at_s - series[0].at_s >= LONG_S
    return is_long and max(pauses(series)) < SHORT_S


def _series(journal: Journal) -> list[list[Exchange]]:
    """Return the series of equal calls that failed one after another; one piece of work caused all calls of a series."""
    failing = [call for call in bitten_by(journal) if is_spoilt(call) and not header(call.response_headers, "retry-after")]
    starts = work_times(journal)

    def key(call: Exchange) -> tuple[CallKey, int]:
        return call_key(call), bisect_right(starts, call.at_s)

    groups = (list(group) for _, group in groupby(sorted(failing, key=lambda call: (*key(call), call.number)), key=key))
    return [group for group in groups if _is_of_one_job(journal, group) and not _overlap(group)]


def _is_of_one_job(journal: Journal, series: list[Exchange]) -> bool:
    return work_between(journal, idle_before(journal, series[0].at_s), series[-1].at_s) <= 1


def _overlap(series: list[Exchange]) -> bool:
    return any(again.at_s < failed.ended_s for failed, again in pairwise(series))


def _shows_backoff(journal: Journal, series: list[Exchange], equal_calls: list[Exchange]) -> bool:
    """Return True if the app stopped retrying, paused for a second or more, or increased its pauses.

    Args:
        equal_calls: All calls that are equal to those of *series*, in order.
    """
    pauses_s = pauses(series)
    later = [call for call in equal_calls if call.number > series[-1].number]
    next_work_s = min((work_s for work_s in work_times(journal) if work_s > series[-1].at_s), default=inf)
    again = next((call for call in later if call.at_s < next_work_s), None)
    if again is None:
        return True
    pauses_s.append(again.at_s - series[-1].at_s)
    return max(pauses_s) >= SHORT_S or (len(pauses_s) > 2 and max(pauses_s) >= GROWTH_RATIO * min(pauses_s))
