"""Readings of the app's own monitoring, and the samples that changed between two of them."""

import re
from typing import Literal

from fiskil_harness.journal.entries.entry import Entry

OTLP = "otlp"
"""``place`` of log records that the app exports."""

MonitoringMoment = Literal["calm", "idle", "refreshed", "good", "slow", "failing", "recovered", "over"]
"""The time of a reading.

``calm`` and ``idle``: before and after an idle period. ``refreshed``: after a requested refresh. ``good``: after ordinary
work. ``slow`` and ``failing``: during a fault. ``recovered``: after the fault. ``over``: after more ordinary work.
"""

_LANGUAGES = ("jvm", "nodejs", "v8js", "dotnet", "otel", "promhttp", "scrape")
"""First words of samples that belong to a runtime or to the metrics library."""
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
"""Second words of samples that runtimes and their client libraries export by default, for each first word."""
_OF_THE_RUNTIME = re.compile(
    rf"(?:{'|'.join(_LANGUAGES)})[_.]"
    + "".join(rf"|{first}[_.](?:{rest})(?![a-z])" for first, rest in _RUNTIME_NAMES.items())
)
_LIKE_THE_RUNTIME = re.compile(rf"(?:{'|'.join(_RUNTIME_NAMES)})[_.]")
_OF_THE_APP = re.compile(
    r"webhook|deliver|fiskil|consent|sync|bank|request|error|fail|message|api[_.]|http|calls?(?![a-z])|events?(?![a-z])|jobs?[_.]"
)
"""Words that mark a sample as the app's own."""


class MonitoringReading(Entry, frozen=True, kw_only=True):
    """One reading of the app's metrics and alerts.

    *samples* maps name and labels to the value. It is None if there are no metrics or the response was not readable as
    metrics; *problem* states why. *alerts* counts the alerts received since the harness started. *kinds* are the kinds of
    those received since the previous reading; texts that differ in numbers only are of one kind. *is_configured* states
    whether the config passes the address for alerts to the app. *is_calm* is None if the harness did not wait for the alerts
    to end, and False if they continued after the app's deadline.

    *began_s* and *at_s* are the begin and end of the reading; its values belong to some moment in between. *since_1970_s* is
    the real time.
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


def changed_samples(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of samples that differ, or are new and not zero.

    Samples of the language's runtime do not count. Buckets and quantiles of a distribution do not count either: its count
    changes with them, and which of them changes depends on timing.
    """
    return {name for name in _differing(earlier, later) if not is_runtime_sample(name) and not _is_like_the_runtime(name)}


def possibly_changed_samples(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    """Return the names of samples that differ and that may belong to the runtime or to the app."""
    return {name for name in _differing(earlier, later) if _is_like_the_runtime(name)}


def is_runtime_sample(name: str) -> bool:
    """Return True if a language's runtime or the metrics library exports the sample by default."""
    return _OF_THE_RUNTIME.match(name) is not None


def _is_like_the_runtime(name: str) -> bool:
    """Return True if the sample begins like a runtime's, is not a known one, and has no word that marks it as the app's."""
    is_unknown = _LIKE_THE_RUNTIME.match(name) is not None and not is_runtime_sample(name)
    return is_unknown and _OF_THE_APP.search(name.partition("{")[0]) is None


def _differing(earlier: MonitoringReading, later: MonitoringReading) -> set[str]:
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name, value in after.items() if not _is_part(name) and value != before.get(name, 0.0)}


def _is_part(name: str) -> bool:
    return ("_bucket{" in name and 'le="+Inf"' not in name) or 'quantile="' in name
