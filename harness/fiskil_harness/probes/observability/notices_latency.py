"""Does a metric of the app show it when the API becomes slow?"""

import re
from itertools import pairwise
from typing import ClassVar

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, HookCall, Journal, is_of_the_runtime
from fiskil_harness.journal.queries.api_calls import began_s, bitten_by, calls, routes_of
from fiskil_harness.probes.observability.metric_probe import ALIKE, MAY_BE_HELD_BACK, Watched, WatchingProbe, watched

SHARE = 0.5
UNITS = (1.0, 1e3)
"""Latency is shown in seconds or in milliseconds."""
FINE = (1e6, 1e9)
"""Or in microseconds or nanoseconds, where the name speaks of time: a memory grows by millions as well."""
MOST, SPARE_S = 5, 5
"""One call that is late may be measured on several floors, but a sample that grows by much more is none of latency."""
LITTLE = 0.05
"""By such a share of the delay an average of many calls may grow, of which few were late."""
STILL = 0.1
"""For such a share of the delay nothing is seen of an app that stands still; one at work is heard of more often."""
_PART = re.compile(r'^(.*_bucket\{(?:.*,)?)le="([^"]+)"(.*)$')
_TIMED = re.compile(
    r"latency|duration|elapsed|respon|second|milli|micro|nano|[._](?:ms|us|ns)(?![a-z])|took|(?<!run)time", re.IGNORECASE
)
_NEVER = re.compile(r"byte|_created\b|timestamp|uptime|expir|[._]at(?![a-z])", re.IGNORECASE)
FAR_S = 400 * 86_400.0
"""What lies so near to the present is an instant: that of a start, a call or the end of a consent."""


class NoticesLatency(WatchingProbe, frozen=True, kw_only=True, tag="notices_latency"):
    """While answers come late a sample grows by about as much more than by the same work before, or an alert arrives.

    Of a distribution without a sum, more calls lie above a bound. What grows in an idle stretch as well is a clock, and
    shows nothing.
    """

    expected: ClassVar[str] = "a latency metric that grows with the API's, or an alert"
    source: ClassVar[str] = "practices: track API latency"
    fix: ClassVar[str] = "measure each call to the API, and show it as a histogram or a summary"

    def examine(self, journal: Journal) -> Finding:
        """Look for a sample that grew with the delay."""
        late = [call for call in bitten_by(journal, "Latency") if call.status is not None and 200 <= call.status < 300]
        if not late:
            return self.inconclusive("no answer of the API came late")
        seen = watched(journal, "slow")
        if seen.problem:
            return self.inconclusive(seen.problem, hook=METRICS)
        routes = routes_of(late)
        alerted = self.alerted(seen, what="the API was slow", before="good", after="slow", examined=routes)
        return alerted or self._compared(journal, seen, late)

    def _compared(self, journal: Journal, seen: Watched, late: list[Exchange]) -> Finding:
        if _shows(seen, late):
            return self.passes("a metric grew with the API's latency", examined=routes_of(late))
        if _was_slow_before(journal, seen, late):
            return self.inconclusive(
                "the app stood still before the API became slow, and its metrics may have measured that"
            )
        doubt = _doubt(seen, late)
        if doubt:
            return self.inconclusive(doubt, hook=METRICS)
        return self.fails("the API became slow, and nothing in the app's monitoring shows it", examined=routes_of(late))


def _doubt(seen: Watched, late: list[Exchange]) -> str:
    """Why nothing shows it and the app may be right all the same; empty where it cannot."""
    doubts = {
        ALIKE: seen.is_alike("good", "slow"),
        "a metric of time grew, but by much less than the API's latency": _shows_little(seen, late),
        "a metric grew with the API's latency, and may be an instant or a clock as well": _may_show(seen, late),
        MAY_BE_HELD_BACK: seen.may_be_held_back("good"),
    }
    return next((why for why, is_so in doubts.items() if is_so), "")


def _shows(seen: Watched, late: list[Exchange]) -> bool:
    added_s = max(call.ended_s - call.at_s for call in late)
    return any(_grew_with(seen, late, name) for name in _candidates(seen)) or any(
        _has_slower_part(seen, name, added_s) for name in seen.samples["slow"].samples or {}
    )


def _may_show(seen: Watched, late: list[Exchange]) -> bool:
    """Whether a sample that looks like a clock grew as a sum would, or one of time that looks like an instant.

    Where measurements took long a sum may look like a clock, and one in nanoseconds like an instant.
    """
    names = {*_possible(seen), *(text for text in _remaining(seen) if _TIMED.search(text))}
    return any(_grew_with(seen, late, name) for name in names)


def _grew_with(seen: Watched, late: list[Exchange], name: str) -> bool:
    added_s = max(call.ended_s - call.at_s for call in late)
    most_s = len(late) * added_s * MOST + SPARE_S
    more = _more(seen, name)
    return any(unit * added_s * SHARE <= more <= unit * most_s and not _is_count(more, unit) for unit in _units(name))


def _shows_little(seen: Watched, late: list[Exchange]) -> bool:
    """Whether a sample that seems to be of time grew at all: an average does, though few calls were late."""
    added_s = max(call.ended_s - call.at_s for call in late)
    return any(_TIMED.search(name) and _more(seen, name) >= added_s * LITTLE for name in _possible(seen))


def _was_slow_before(journal: Journal, seen: Watched, late: list[Exchange]) -> bool:
    """Whether calls of the ordinary stretch may have taken as long, as on a machine that stood still then.

    The app was not heard of for a while in the middle of its work, and shows a sample that may have measured that.
    """
    added_s = max(call.ended_s - call.at_s for call in late)
    good_s = seen.samples["good"].at_s
    idle_s = good_s - seen.most_s("idle", "good")
    made = [call for call in calls(journal) if idle_s < call.at_s < good_s]
    silent_s = [silence for silence in _silences(journal, made, idle_s, good_s) if silence >= added_s * STILL]
    if not silent_s:
        return False
    held_s = sum(silent_s) * len(made)
    has_grown = held_s >= added_s * SHARE and any(_grew_before(seen, name, added_s, len(made)) for name in _possible(seen))
    parts = seen.samples["slow"].samples or {}
    return has_grown or any(_had_slow_part(seen, name, added_s, max(silent_s)) for name in parts)


def _silences(journal: Journal, made: list[Exchange], since_s: float, until_s: float) -> list[float]:
    """How long each time was between two signs of life, from the first until the app had the answers to all calls.

    Where it had answered the hook before, that is the next time that it tells anything: at the latest in the reading.
    """
    if not made:
        return []
    hooks = [hook_call for hook_call in journal.all(HookCall) if since_s < hook_call.at_s < until_s]
    told = [effects.at_s for effects in journal.all(Effects) if since_s < effects.at_s < until_s]
    ends = [min(call.ended_s, until_s) for call in made]
    answered = [hook.at_s for hook in hooks]
    over_s = min(number for number in (*answered, *told, until_s) if number >= max(ends))
    asked = [max(began_s(hook), since_s) for hook in hooks]
    signs = (*asked, *answered, *told, *(call.at_s for call in made), *ends, over_s)
    return [later - earlier for earlier, later in pairwise(sorted(sign for sign in signs if sign <= over_s))]


def _grew_before(seen: Watched, name: str, added_s: float, made: int) -> bool:
    """Whether a sample grew by ordinary work as much as late calls make it grow, and by no more than so many calls may."""
    grown, most_s = seen.grown(name, "idle", "good"), seen.most_s("idle", "good") * made
    if is_of_the_runtime(name) or (grown.is_integer() and not _TIMED.search(name)):
        return False
    return any(unit * added_s * SHARE <= grown <= unit * most_s and not _is_count(grown, unit) for unit in _units(name))


def _units(name: str) -> tuple[float, ...]:
    return UNITS + FINE if _TIMED.search(name) and not is_of_the_runtime(name) else UNITS


def _candidates(seen: Watched) -> list[str]:
    """The samples that are of latency if they grow with it: for certain no clock."""
    least_s = seen.least_s("calm", "idle")
    return [text for text in _possible(seen) if abs(seen.grown(text, "calm", "idle")) <= least_s * SHARE]


def _possible(seen: Watched) -> list[str]:
    """The samples that may be of latency: neither an instant nor for certain a clock.

    Between the least and the most that the idle stretch may have lasted, a clock is like what measured a call meanwhile.
    """
    now_s, samples = seen.samples["slow"].since_1970_s, seen.samples["slow"].samples or {}
    return [text for text in _remaining(seen) if not _is_instant(samples[text], now_s)]


def _remaining(seen: Watched) -> list[str]:
    """The samples that are not for certain a clock, and neither a size nor a part of a distribution."""
    most_s = seen.most_s("calm", "idle")
    return [
        name
        for name in seen.samples["slow"].samples or {}
        if abs(seen.grown(name, "calm", "idle")) <= most_s * SHARE and not _NEVER.search(name) and "_bucket{" not in name
    ]


def _is_instant(value: float, now_s: float) -> bool:
    return now_s > 0 and any(abs(value / unit - now_s) <= FAR_S for unit in UNITS + FINE)


def _more(seen: Watched, name: str) -> float:
    """By how much more a sample grew in the slow stretch than by the same work before."""
    return seen.grown(name, "good", "slow") - max(0.0, seen.grown(name, "idle", "good"))


def _has_slower_part(seen: Watched, name: str, added_s: float) -> bool:
    """Whether more calls lay above a bound of a distribution than by the same work before."""
    whole = _whole_of(name, added_s, most_s=added_s)
    return whole != "" and _above(seen, name, whole, "good", "slow") > max(0.0, _above(seen, name, whole, "idle", "good"))


def _had_slow_part(seen: Watched, name: str, added_s: float, silent_s: float) -> bool:
    """Whether calls of the ordinary stretch lay above a bound that late calls lie above, and so long a silence as well.

    Of a name that does not speak of time the bound must: nothing that is counted has broken ones.
    """
    whole = _whole_of(name, added_s, most_s=min(added_s, silent_s))
    if not whole or is_of_the_runtime(name) or (_TIMED.search(name) is None and float(_PART.sub(r"\2", name)).is_integer()):
        return False
    return _above(seen, name, whole, "idle", "good") > 0


def _whole_of(name: str, added_s: float, *, most_s: float) -> str:
    """The count of the whole distribution, where *name* is the part of it up to a bound that late calls lie above.

    Args:
        most_s: The bound is no higher.
    """
    part = _PART.match(name)
    if part is None or part[2] == "+Inf" or _NEVER.search(name):
        return ""
    bound = float(part[2])
    is_near = any(unit * added_s * LITTLE * 2 <= bound <= unit * most_s for unit in _units(name))
    return f'{part[1]}le="+Inf"{part[3]}' if is_near else ""


def _above(seen: Watched, name: str, whole: str, before: str, after: str) -> float:
    return seen.grown(whole, before, after) - seen.grown(name, before, after)


def _is_count(growth: float, unit: float) -> bool:
    """Whether so many seconds may as well be so many calls; nobody makes hundreds more of those."""
    return unit == UNITS[0] and growth.is_integer()
