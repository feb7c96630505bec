"""What the app's own monitoring showed at one moment, and what had moved since another."""

import re

from fiskil_harness.journal.entries.entry import Entry

OTLP = "otlp"
"""The place of log records that the app exports."""

_LANGUAGES = ("jvm", "nodejs", "v8js", "dotnet", "otel", "promhttp", "scrape")
"""Whatever begins so is of a runtime or of the library that shows metrics."""
_KNOWN = {
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
"""What runtimes and their client libraries call what they show by themselves, behind each first word."""
_OF_THE_RUNTIME = re.compile(
    rf"(?:{'|'.join(_LANGUAGES)})[_.]" + "".join(rf"|{first}[_.](?:{rest})(?![a-z])" for first, rest in _KNOWN.items())
)
_LIKE_THE_RUNTIME = re.compile(rf"(?:{'|'.join(_KNOWN)})[_.]")
_OF_THE_APP = re.compile(
    r"webhook|deliver|fiskil|consent|sync|bank|request|error|fail|message|api[_.]|http|calls?(?![a-z])|events?(?![a-z])|jobs?[_.]"
)
"""Words that say in the app's own metrics what they are about."""


class Monitors(Entry, frozen=True, kw_only=True):
    """One reading. ``samples`` are values by name and labels, None where there are none or what came is no metrics.

    ``alerts`` counts those that have come to the alert sink since the harness began; ``kinds`` are the kinds of all that
    came since the reading before, and equal texts but for numbers are of one kind. ``lack`` says what kept the metrics from
    being read. ``is_told`` says whether the config tells the app where alerts go. ``is_calm`` is None where nobody waited
    for alerts to end, and False where they went on beyond the time that the app has. ``since_1970_s`` is the real time.
    ``began_s`` is when the reading began, ``at_s`` when it was over: what it shows is of some moment in between.
    """

    moment: str
    samples: dict[str, float] | None = None
    alerts: int = 0
    kinds: tuple[str, ...] = ()
    problem: str = ""
    is_configured: bool = False
    is_calm: bool | None = None
    since_1970_s: float = 0.0
    began_s: float | None = None


def moved(earlier: Monitors, later: Monitors) -> set[str]:
    """The samples that differ, or are new and not zero.

    Those of the language's runtime do not count, nor do parts of a distribution: its count moves with them, and which part
    does is a matter of time.
    """
    return {name for name in _differing(earlier, later) if not is_of_the_runtime(name) and not _is_like_the_runtime(name)}


def moved_perhaps(earlier: Monitors, later: Monitors) -> set[str]:
    """The samples that differ of which nobody knows whether they are the runtime's."""
    return {name for name in _differing(earlier, later) if _is_like_the_runtime(name)}


def is_of_the_runtime(name: str) -> bool:
    """Whether a sample is one that a language's runtime, or the library that shows metrics, shows by itself."""
    return _OF_THE_RUNTIME.match(name) is not None


def _is_like_the_runtime(name: str) -> bool:
    """Whether a sample begins as those of a runtime do, is none that is known, and does not say that it is the app's."""
    begins_so = _LIKE_THE_RUNTIME.match(name) is not None and not is_of_the_runtime(name)
    return begins_so and _OF_THE_APP.search(name.partition("{")[0]) is None


def _differing(earlier: Monitors, later: Monitors) -> set[str]:
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name, value in after.items() if not _is_part(name) and value != before.get(name, 0.0)}


def _is_part(name: str) -> bool:
    return ("_bucket{" in name and 'le="+Inf"' not in name) or 'quantile="' in name
