"""Does the app's monitoring show that the API has become slow?"""

import re
from itertools import pairwise

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

AGAIN = ("recovered", "slow_again")
"""The readings before and during the second period in which API responses are late."""
SHARE = 0.5
UNITS = (1.0, 1e3)
"""Units of latency metrics, as parts of a second: seconds and milliseconds."""
FINE = (1e6, 1e9)
"""Further units of metrics whose names contain a word for time: microseconds and nanoseconds.

Other metrics, such as memory, may grow by millions for other reasons.
"""
MAX_FACTOR, MARGIN_S = 5, 5
"""Limits for the growth of a latency metric.

An app may measure a late call in several layers, but a metric that grows by much more does not measure latency.
"""
SMALL_SHARE = 0.05
"""Minimum growth, as a share of the delay, of an average over many calls of which only a few were late."""
SILENT_SHARE = 0.1
"""Share of the delay; an app without any activity for this time was unresponsive."""
_BUCKET = re.compile(r'^([^{]*_bucket\{(?:.*,)?)le="([^"]+)"(.*)$')
_TIMED = re.compile(
    r"latency|duration|elapsed|respon|second|milli|micro|nano|[._](?:ms|us|ns)(?![a-z])|took|(?<!run)time", re.IGNORECASE
)
_NEVER = re.compile(r"byte|_created\b|timestamp|uptime|expir|[._]at(?![a-z])", re.IGNORECASE)
INSTANT_RANGE_S = 400 * 86_400.0
"""Maximum distance from the present of a value that counts as a time since 1970, such as the start of the app."""


class NoticesLatency(MonitoringProbe, frozen=True, kw_only=True, tag="notices_latency"):
    """Check that an alert comes or a metric grows while API responses are late.

    The metric must grow more than by the same work before the delay. If a histogram has no sum, more calls must be above the
    bound of a bucket. A metric that also grows while the app is idle is a clock, and does not count.
    """

    expected = "a latency metric that grows with the API's, or an alert"
    source = "practices: track API latency"
    fix = "measure the duration of each API call, and export it as a histogram or a summary"

    def examine(self, journal: Journal) -> Finding:
        """Look for an alert, or for a metric that grew with the delay."""
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
        names = _showing(monitoring, late)
        if names and ("slow_again" not in monitoring.samples or names & _showing(monitoring, late, *AGAIN)):
            return self.passes("a metric grew with the API's latency", examined=routes_of(late))
        mixture = self.from_mixture(monitoring)
        if mixture:
            return mixture
        if names:
            return self.inconclusive("a metric grew when the API became slow, but not when that was repeated", hook=METRICS)
        if _was_slow_before(journal, monitoring, late):
            return self.inconclusive("the app was unresponsive before the API became slow, and its metrics may reflect that")
        reason = _doubt(monitoring, late)
        if reason:
            return self.inconclusive(reason, hook=METRICS)
        return self.fails("the API became slow, but nothing in the app's monitoring shows it")


def _doubt(monitoring: Monitoring, late: list[Exchange]) -> str:
    """Return the reason why the monitoring of a correct app may look like this, or '' if there is none."""
    reasons = {
        USUAL_ALERTS: monitoring.has_only_usual_alerts("good", "slow"),
        "a metric of time grew, but by much less than the API's latency": _shows_little(monitoring, late),
        "a metric grew with the API's latency, but may also be a time or a clock": _may_show(monitoring, late),
        MAY_BE_DELAYED: monitoring.may_be_delayed("good"),
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _showing(monitoring: Monitoring, late: list[Exchange], before: str = "good", after: str = "slow") -> set[str]:
    """Return the metrics that grew with the API's latency between the readings *before* and *after*."""
    added_s = max(call.ended_s - call.at_s for call in late)
    return {name for name in _candidates(monitoring) if _grew_with(monitoring, late, name, before, after)} | {
        name
        for name in monitoring.samples["slow"].samples or {}
        if _has_slower_bucket(monitoring, name, added_s, before, after)
    }


def _may_show(monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if a metric grew as a sum of latencies does, although it looks like a clock or like a time since 1970.

    If readings took long, a sum may look like a clock. A sum in nanoseconds may look like a time since 1970.
    """
    names = {*_possible(monitoring), *(name for name in _remaining(monitoring) if _TIMED.search(name))}
    return any(_grew_with(monitoring, late, name) for name in names)


def _grew_with(monitoring: Monitoring, late: list[Exchange], name: str, before: str = "good", after: str = "slow") -> bool:
    added_s = max(call.ended_s - call.at_s for call in late)
    most_s = len(late) * added_s * MAX_FACTOR + MARGIN_S
    growth = _extra_growth(monitoring, name, before, after)
    return any(unit * added_s * SHARE <= growth <= unit * most_s and not _is_count(growth, unit) for unit in _units(name))


def _shows_little(monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if a metric of time grew by a small share of the delay, as an average over many calls does."""
    added_s = max(call.ended_s - call.at_s for call in late)
    return any(
        _TIMED.search(name) and _extra_growth(monitoring, name) >= added_s * SMALL_SHARE for name in _possible(monitoring)
    )


def _was_slow_before(journal: Journal, monitoring: Monitoring, late: list[Exchange]) -> bool:
    """Return True if API calls before the delay may have been slow too, for example because the machine was paused.

    The app was inactive for a while during its work, and has a metric that may have measured this.
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
    """Return the durations without any sign of activity of the app between *since_s* and *until_s*, in real seconds.

    Signs of activity are calls, hook calls and snapshots. The last gap ends with the first response or snapshot after all
    calls had ended, or with the reading at *until_s*.
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
    """Return True if a metric grew during ordinary work as it does with late calls.

    Args:
        added_s: The delay of the late calls.
        api_calls: Number of calls during the ordinary work, which limits the growth of a latency metric.
    """
    grown, most_s = monitoring.grown(name, "idle", "good"), monitoring.most_s("idle", "good") * api_calls
    if is_runtime_sample(name) or (grown.is_integer() and not _TIMED.search(name)):
        return False
    return any(unit * added_s * SHARE <= grown <= unit * most_s and not _is_count(grown, unit) for unit in _units(name))


def _units(name: str) -> tuple[float, ...]:
    return UNITS + FINE if _TIMED.search(name) and not is_runtime_sample(name) else UNITS


def _candidates(monitoring: Monitoring) -> list[str]:
    """Return the metrics that are certainly no clocks, so that they measure latency if they grow with it."""
    least_s = monitoring.least_s("calm", "idle")
    return [name for name in _possible(monitoring) if abs(monitoring.grown(name, "calm", "idle")) <= least_s * SHARE]


def _possible(monitoring: Monitoring) -> list[str]:
    """Return the metrics that may measure latency: not times since 1970, and not certainly clocks.

    The duration of the idle period is known only roughly. A metric that grew by about this duration may be a clock, or may
    have measured a call.
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


def _extra_growth(monitoring: Monitoring, name: str, before: str = "good", after: str = "slow") -> float:
    """Return the growth of a metric during the delay minus its growth during the same work before."""
    return monitoring.grown(name, before, after) - max(0.0, monitoring.grown(name, "idle", "good"))


def _has_slower_bucket(monitoring: Monitoring, name: str, added_s: float, before: str, after: str) -> bool:
    """Return True if more calls were above the bound of bucket *name* than during the same work before."""
    total_name = _total_name(name, added_s, most_s=added_s)
    return total_name != "" and _growth_above(monitoring, name, total_name, before, after) > max(
        0.0, _growth_above(monitoring, name, total_name, "idle", "good")
    )


def _had_slow_bucket(monitoring: Monitoring, name: str, added_s: float, gap_s: float) -> bool:
    """Return True if calls before the delay were above the bound of bucket *name*.

    The bound must be below the delay *added_s* and the longest inactivity *gap_s*. If the name contains no word for time,
    the bound must not be an integer, because bounds of counts are integers.
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
    """Return the name of the histogram's total count if *name* is one of its buckets and has a suitable bound; else ''.

    Args:
        name: Name of a metric.
        added_s: The delay of the late calls; much smaller bounds are not suitable.
        most_s: The largest suitable bound, in seconds.
    """
    bucket = _BUCKET.match(name)
    if bucket is None or _NEVER.search(name):
        return ""
    bound = float(bucket[2])
    is_near = any(unit * added_s * SMALL_SHARE * 2 <= bound <= unit * most_s for unit in _units(name))
    return f'{bucket[1]}le="+Inf"{bucket[3]}' if is_near else ""


def _growth_above(monitoring: Monitoring, name: str, total_name: str, before: str, after: str) -> float:
    return monitoring.grown(total_name, before, after) - monitoring.grown(name, before, after)


def _is_count(growth: float, unit: float) -> bool:
    """Return True if a growth in seconds may also be a number of calls, because it is an integer.

    A growth in milliseconds is too large for a number of calls.
    """
    return unit == UNITS[0] and growth.is_integer()
