"""Does the app's monitoring show that the API has become slow?"""

import re
from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, HookCall, Journal, is_runtime_sample
from fiskil_harness.journal.queries.api_calls import began_s, bitten_by, calls, routes_of
from fiskil_harness.probes.observability.metric_probe import (
    MAY_BE_DELAYED,
    USUAL_ALERTS,
    Monitoring,
    MonitoringProbe,
    monitoring_of,
)

SHARE = 0.5
UNITS = (1.0, 1e3)
"""Latency may be in seconds or milliseconds."""
FINE = (1e6, 1e9)
"""Or in microseconds or nanoseconds, if the name contains a word for time: memory grows by millions as well."""
MAX_FACTOR, MARGIN_S = 5, 5
"""A late call may be measured in several layers, but a metric that grows by much more does not measure latency."""
SMALL_SHARE = 0.05
"""An average of many calls, of which few were late, may grow by only this share of the delay."""
SILENT_SHARE = 0.1
"""An app without any activity for this share of the delay was unresponsive; a working app is active more often."""
_BUCKET = re.compile(r'^(.*_bucket\{(?:.*,)?)le="([^"]+)"(.*)$')
_TIMED = re.compile(
    r"latency|duration|elapsed|respon|second|milli|micro|nano|[._](?:ms|us|ns)(?![a-z])|took|(?<!run)time", re.IGNORECASE
)
_NEVER = re.compile(r"byte|_created\b|timestamp|uptime|expir|[._]at(?![a-z])", re.IGNORECASE)
INSTANT_RANGE_S = 400 * 86_400.0
"""A value this close to the present is an instant, such as a start, a call or the end of a consent."""


class NoticesLatency(MonitoringProbe, frozen=True, kw_only=True, tag="notices_latency"):
    """Check that a metric grows with the delay of late API responses, compared with the same work before, or an alert comes.

    In a distribution without a sum, more calls must lie above a bound. A metric that also grows while the app is idle is a
    clock and proves nothing.
    """

    expected: ClassVar[str] = "a latency metric that grows with the API's, or an alert"
    source: ClassVar[str] = "practices: track API latency"
    fix: ClassVar[str] = "measure the duration of each API call, and export it as a histogram or a summary"

    def examine(self, journal: Journal) -> Finding:
        """Look for a metric that grew with the delay."""
        late = [call for call in bitten_by(journal, "Latency") if call.status is not None and 200 <= call.status < 300]
        if not late:
            return self.inconclusive("no response of the API was late")
        monitoring = monitoring_of(journal, "slow")
        if monitoring.problem:
            return self.inconclusive(monitoring.problem, hook=METRICS)
        routes = routes_of(late)
        from_alerts = self.from_alerts(monitoring, failure="the API was slow", before="good", after="slow", examined=routes)
        return from_alerts or self._compare(journal, monitoring, late)

    def _compare(self, journal: Journal, monitoring: Monitoring, late: list[Exchange]) -> Finding:
        if _shows(monitoring, late):
            return self.passes("a metric grew with the API's latency", examined=routes_of(late))
        if _was_slow_before(journal, monitoring, late):
            return self.inconclusive("the app was unresponsive before the API became slow, and its metrics may reflect that")
        reason = _doubt(monitoring, late)
        if reason:
            return self.inconclusive(reason, hook=METRICS)
        return self.fails("the API became slow, but nothing in the app's monitoring shows it", examined=routes_of(late))


def _doubt(monitoring: Monitoring, late: list[Exchange]) -> str:
    """Return the reason why a correct app may show no latency, or '' if there is none."""
    reasons = {
        USUAL_ALERTS: monitoring.has_only_usual_alerts("good", "slow"),
        "a metric of time grew, but by much less than the API's latency": _shows_little(monitoring, late),
        "a metric grew with the API's latency, and may be an instant or a clock as well": _may_show(monitoring, late),
        MAY_BE_DELAYED: monitoring.may_be_delayed("good"),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _shows(monitoring: Monitoring, late: list[Exchange]) -> bool:
    added_s = max(call.ended_s - call.at_s for call in late)
    return any(_grew_with(monitoring, late, name) for name in _candidates(monitoring)) or any(
        _has_slower_bucket(monitoring, name, added_s) for name in monitoring.samples["slow"].samples or {}
    )


def _may_show(monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if a metric grew as a sum of latencies does, although it looks like a clock or an instant.

    If readings took long, a sum may look like a clock. A sum in nanoseconds may look like an instant.
    """
    names = {*_possible(monitoring), *(name for name in _remaining(monitoring) if _TIMED.search(name))}
    return any(_grew_with(monitoring, late, name) for name in names)


def _grew_with(monitoring: Monitoring, late: list[Exchange], name: str) -> bool:
    added_s = max(call.ended_s - call.at_s for call in late)
    most_s = len(late) * added_s * MAX_FACTOR + MARGIN_S
    growth = _extra_growth(monitoring, name)
    return any(unit * added_s * SHARE <= growth <= unit * most_s and not _is_count(growth, unit) for unit in _units(name))


def _shows_little(monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if a metric of time grew by a small share of the delay, as an average over many calls does."""
    added_s = max(call.ended_s - call.at_s for call in late)
    return any(
        _TIMED.search(name) and _extra_growth(monitoring, name) >= added_s * SMALL_SHARE for name in _possible(monitoring)
    )


def _was_slow_before(journal: Journal, monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if calls before the delay may have taken as long, for example because the machine was paused.

    The app showed no activity for a while during its work, and has a metric that may have measured that.
    """
    added_s = max(call.ended_s - call.at_s for call in late)
    good_s = monitoring.samples["good"].at_s
    idle_s = good_s - monitoring.most_s("idle", "good")
    api_calls = [call for call in calls(journal) if idle_s < call.at_s < good_s]
    gaps_s = [gap_s for gap_s in _gaps_s(journal, api_calls, idle_s, good_s) if gap_s >= added_s * SILENT_SHARE]
    if not gaps_s:
        return False
    waited_s = sum(gaps_s) * len(api_calls)
    has_grown = waited_s >= added_s * SHARE and any(
        _grew_before(monitoring, name, added_s, len(api_calls)) for name in _possible(monitoring)
    )
    names = monitoring.samples["slow"].samples or {}
    return has_grown or any(_had_slow_bucket(monitoring, name, added_s, max(gaps_s)) for name in names)


def _gaps_s(journal: Journal, api_calls: list[Exchange], since_s: float, until_s: float) -> list[float]:
    """Return the gaps between signs of activity, from the first until the app had the responses to all calls.

    If the hook had returned before, the gaps end with the app's next response, at the latest with the reading.
    """
    if not api_calls:
        return []
    hooks = [hook_call for hook_call in journal.all(HookCall) if since_s < hook_call.at_s < until_s]
    effects_s = [effects.at_s for effects in journal.all(Effects) if since_s < effects.at_s < until_s]
    ends_s = [min(call.ended_s, until_s) for call in api_calls]
    responses_s = [hook.at_s for hook in hooks]
    over_s = min(time_s for time_s in (*responses_s, *effects_s, until_s) if time_s >= max(ends_s))
    requests_s = [max(began_s(hook), since_s) for hook in hooks]
    signs_s = (*requests_s, *responses_s, *effects_s, *(call.at_s for call in api_calls), *ends_s, over_s)
    return [later - earlier for earlier, later in pairwise(sorted(sign_s for sign_s in signs_s if sign_s <= over_s))]


def _grew_before(monitoring: Monitoring, name: str, added_s: float, api_calls: int) -> bool:
    """Return True if a metric grew by ordinary work as much as by late calls, within the limit for *made* calls."""
    grown, most_s = monitoring.grown(name, "idle", "good"), monitoring.most_s("idle", "good") * api_calls
    if is_runtime_sample(name) or (grown.is_integer() and not _TIMED.search(name)):
        return False
    return any(unit * added_s * SHARE <= grown <= unit * most_s and not _is_count(grown, unit) for unit in _units(name))


def _units(name: str) -> tuple[float, ...]:
    return UNITS + FINE if _TIMED.search(name) and not is_runtime_sample(name) else UNITS


def _candidates(monitoring: Monitoring) -> list[str]:
    """Return the metrics that measure latency if they grow with it, because they are certainly no clock."""
    least_s = monitoring.least_s("calm", "idle")
    return [name for name in _possible(monitoring) if abs(monitoring.grown(name, "calm", "idle")) <= least_s * SHARE]


def _possible(monitoring: Monitoring) -> list[str]:
    """Return the metrics that may measure latency: no instants, and not certainly clocks.

    A metric that grew by between the minimum and the maximum idle time may be a clock, or may have measured a call.
    """
    now_s, values = monitoring.samples["slow"].since_1970_s, monitoring.samples["slow"].samples or {}
    return [name for name in _remaining(monitoring) if not _is_instant(values[name], now_s)]


def _remaining(monitoring: Monitoring) -> list[str]:
    """Return the metrics that are not certainly clocks, and neither sizes nor buckets of a distribution."""
    most_s = monitoring.most_s("calm", "idle")
    return [
        name
        for name in monitoring.samples["slow"].samples or {}
        if abs(monitoring.grown(name, "calm", "idle")) <= most_s * SHARE
        and not _NEVER.search(name)
        and "_bucket{" not in name
    ]


def _is_instant(value: float, now_s: float) -> bool:
    return now_s > 0 and any(abs(value / unit - now_s) <= INSTANT_RANGE_S for unit in UNITS + FINE)


def _extra_growth(monitoring: Monitoring, name: str) -> float:
    """Return by how much more a metric grew during the delay than by the same work before."""
    return monitoring.grown(name, "good", "slow") - max(0.0, monitoring.grown(name, "idle", "good"))


def _has_slower_bucket(monitoring: Monitoring, name: str, added_s: float) -> bool:
    """Return True if more calls lay above the bound of bucket *name* than by the same work before."""
    total_name = _total_name(name, added_s, most_s=added_s)
    return total_name != "" and _growth_above(monitoring, name, total_name, "good", "slow") > max(
        0.0, _growth_above(monitoring, name, total_name, "idle", "good")
    )


def _had_slow_bucket(monitoring: Monitoring, name: str, added_s: float, gap_s: float) -> bool:
    """Return True if calls before the delay lay above a bound that late calls and the longest gap exceed.

    If the name contains no word for time, the bound must not be an integer: bounds of counts are integers.
    """
    total_name = _total_name(name, added_s, most_s=min(added_s, gap_s))
    if (
        not total_name
        or is_runtime_sample(name)
        or (_TIMED.search(name) is None and float(_BUCKET.sub(r"\2", name)).is_integer())
    ):
        return False
    return _growth_above(monitoring, name, total_name, "idle", "good") > 0


def _total_name(name: str, added_s: float, *, most_s: float) -> str:
    """Return the name of the distribution's total count, if *name* is a bucket whose bound late calls exceed; else ''.

    Args:
        added_s: The delay of the late calls.
        most_s: The maximum bound.
    """
    bucket = _BUCKET.match(name)
    if bucket is None or bucket[2] == "+Inf" or _NEVER.search(name):
        return ""
    bound = float(bucket[2])
    is_near = any(unit * added_s * SMALL_SHARE * 2 <= bound <= unit * most_s for unit in _units(name))
    return f'{bucket[1]}le="+Inf"{bucket[3]}' if is_near else ""


def _growth_above(monitoring: Monitoring, name: str, total_name: str, before: str, after: str) -> float:
    return monitoring.grown(total_name, before, after) - monitoring.grown(name, before, after)


def _is_count(growth: float, unit: float) -> bool:
    """Return True if a growth in seconds may as well be a number of calls; no app makes hundreds of calls more."""
    return unit == UNITS[0] and growth.is_integer()
