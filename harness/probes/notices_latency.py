"""Does a metric of the app show it when the API becomes slow?"""

from typing import ClassVar

from harness.journal import Journal
from harness.probes.base import PlainProbe
from harness.probes.calls import bitten_by, routes_of
from harness.probes.finding import Finding
from harness.probes.monitors import METRICS, watched

SHARE = 0.5
UNITS = (1.0, 1000.0)
"""Latency is shown in seconds or in milliseconds."""


class NoticesLatency(PlainProbe, frozen=True, kw_only=True, tag="notices_latency"):
    """While answers come late a sample grows by about as much more than by the same work before, or an alert arrives.

    What grows in an idle stretch as well is a clock, and shows nothing.
    """

    expected: ClassVar[str] = "a latency metric that grows with the API's, or an alert"
    source: ClassVar[str] = "practices: track API latency"
    fix: ClassVar[str] = "measure each call to the API, and show it as a histogram or a summary"

    def examine(self, journal: Journal) -> Finding:
        """Look for a sample that grew with the delay."""
        late = [one for one in bitten_by(journal, "Latency") if one.status is not None and 200 <= one.status < 300]
        if not late:
            return self.cannot_tell("no answer of the API came late")
        seen = watched(journal, "slow")
        if seen.lack:
            return self.cannot_tell(seen.lack, hook=METRICS)
        if seen.alerts("good", "slow"):
            return self.holds("an alert arrived while the API was slow", examined=routes_of(late))
        if seen.readings["slow"].samples is None:
            return self.cannot_tell("no alert came, and the app shows no metrics", hook=METRICS)
        added_s = max(one.ended_s - one.at_s for one in late)
        idle_s = seen.readings["idle"].at_s - seen.readings["calm"].at_s
        for name in seen.readings["slow"].samples or {}:
            more = seen.grown(name, "good", "slow") - max(0.0, seen.grown(name, "idle", "good"))
            is_clock = abs(seen.grown(name, "calm", "idle")) > idle_s * SHARE
            if not is_clock and any(unit * added_s * SHARE <= more for unit in UNITS if not _is_count(more, unit)):
                return self.holds("a metric grew with the API's latency", examined=routes_of(late))
        return self.fails("the API became slow, and nothing in the app's monitoring shows it", examined=routes_of(late))


def _is_count(growth: float, unit: float) -> bool:
    """Whether so many seconds may as well be so many calls; nobody makes hundreds more of those."""
    return unit == UNITS[0] and growth.is_integer()
