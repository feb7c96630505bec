"""Readings of the app's own monitoring, and the samples that changed between two of them."""

import re
from typing import Literal

from fiskil_harness.journal.entries.entry import Entry

OTLP = "otlp"
"""``Output.place`` of log records that the app exports over OpenTelemetry (OTLP)."""

MonitoringMoment = Literal[
    "calm",
    "idle",
    "refreshed",
    "good",
    "slow",
    "failing",
    "recovered",
    "slow_again",
    "failing_again",
    "recovered_again",
    "over",
]
"""Time at which the app's monitoring was read.

===============  ====================================================
calm             before an idle period
idle             after the idle period
refreshed        after a refresh that the harness requested
good             after ordinary work
slow             while API responses were late
failing          while API calls or deliveries failed
recovered        after the failure
slow_again       while API responses were late for the second time
failing_again    while API calls or deliveries failed for the second time
recovered_again  after the second failure
over             after more ordinary work, following ``recovered`` or ``recovered_again``
===============  ====================================================
"""

_LANGUAGES = ("jvm", "nodejs", "v8js", "dotnet", "otel", "promhttp", "scrape")
"""First words in the names of samples that a language's runtime or the metrics library exports."""
_RUNTIME_NAMES = {
    "process": "cpu|resident|virtual|open_fds|max_fds|start_time|heap|runtime|memory|disk|network|threads?|uptime|paging"
    "|open_file|context_switches|files|handles?|handle_count|private|working_set|num_threads|windows|unix",
    "go": "gc|memstats|threads|goroutines?|goroutine_count|info|sched|schedule|cpu|sync|godebug|cgo"
    "|memory|processor|config|build",
    "ruby": "gc|heap|memory|rss|major|minor|thread|allocated|total_allocated|vm|iseq|malloc|oldmalloc|marking|sweeping",
    "php": "info|opcache|opcode|fpm|memory",
    "system": "cpu|memory|disk|filesystem|network|paging|processes|process|thread|linux|uptime|load",
    "runtime": "cpu|go|jvm|gc|memory|cpython|nodejs|dotnet|uptime|info|heap|threads?|goroutines",
    "python": "gc|info|memory|threads?|cpu",
}
"""Second words in the names of samples that runtimes and metrics libraries export by default, by first word."""
_OF_THE_RUNTIME = re.compile(
    rf"(?:{'|'.join(_LANGUAGES)})[_.]"
    + "".join(rf"|{first}[_.](?:{rest})(?![a-z])" for first, rest in _RUNTIME_NAMES.items())
)
_LIKE_THE_RUNTIME = re.compile(rf"(?:{'|'.join(_RUNTIME_NAMES)})[_.]")
_OF_THE_APP = re.compile(
    r"webhook|deliver|fiskil|consent|sync|bank|request|error|fail|message|api[_.]|http|calls?(?![a-z])|events?(?![a-z])|jobs?[_.]"
)
"""Words in the name of a sample which show that the app itself defines the sample."""

_COUNTER = re.compile(r"_(?:total|count|sum|bucket)(?:\{|$)")
_START_TIME = re.compile(r"process_start_time_seconds(?:\{|$)")


class MonitoringReading(Entry, frozen=True, kw_only=True):
    """One reading of the app's metrics and alerts.

    *samples* maps name and labels of each sample to its value. It is None if there are no metrics or the response was not
    readable as metrics; *problem* states why. *alerts* counts the alerts received since the harness started. *kinds* are the
    kinds of alerts received since the previous reading; alerts whose texts differ only in numbers are of one kind.
    *is_configured* is True if the config passes the URL for alerts to the app. *is_calm* is None if the harness did not wait
    for the alerts to end, and False if alerts continued after the app's deadline.

    *began_s* and ``at_s`` are the times at which the reading began and ended; the values are from some time in between.
    *since_1970_s* is the real time in seconds since 1970.
    """

    moment: MonitoringMoment
    samples: dict[str, float] | None = None
    alerts: int = 0
    kinds: tuple[str, ...] = ()
    problem: str = ""
    is_configured: bool = False
    is_calm: bool | None = None
    since_1970_s: float = 0.0
    began_s: float | None = None


def fallen_counters(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of counters that are lower than before, and of start times that differ.

    Neither happens in one process that names its metrics as Prometheus recommends: counters are known by their suffixes.
    """
    before, after = earlier.samples or {}, later.samples or {}
    both = {*before} & {*after}
    fallen = {name for name in both if _COUNTER.search(name) and after[name] < before[name]}
    return fallen | {name for name in both if _START_TIME.match(name) and before[name] != after[name]}


def changed_samples(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of samples whose values differ, and of new samples that are not zero.

    Samples of the language's runtime are left out. So are buckets and quantiles of a distribution: which bucket changes
    depends on timing, and the distribution's total count changes as well.
    """
    return {name for name in _differing(earlier, later) if not is_runtime_sample(name) and not _is_like_the_runtime(name)}


def risen_samples(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of changed samples whose values are greater than before; a missing sample counts as 0."""
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name in changed_samples(earlier, later) if after[name] > before.get(name, 0.0)}


def possibly_changed_samples(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of changed samples that either the runtime or the app may define."""
    return {name for name in _differing(earlier, later) if _is_like_the_runtime(name)}


def is_runtime_sample(name: str) -> bool:
    """Return True if a language's runtime or the metrics library exports the sample by default."""
    return _OF_THE_RUNTIME.match(name) is not None


def _is_like_the_runtime(name: str) -> bool:
    """Return True if either the runtime or the app may define the sample.

    The name begins like those of a runtime, but is not a known one, and has no word that is typical of an app.
    """
    is_unknown = _LIKE_THE_RUNTIME.match(name) is not None and not is_runtime_sample(name)
    return is_unknown and _OF_THE_APP.search(name.partition("{")[0]) is None


def _differing(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name, value in after.items() if not _is_part(name) and value != before.get(name, 0.0)}


def _is_part(name: str) -> bool:
    return ("_bucket{" in name and 'le="+Inf"' not in name) or 'quantile="' in name
