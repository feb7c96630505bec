"""What the app's own monitoring showed at one moment, and what had moved since another."""

from harness.journal.entry import Entry

OTLP = "otlp"
"""The place of log records that the app exports."""

_RUNTIMES = (
    "process",
    "python",
    "nodejs",
    "v8js",
    "go",
    "jvm",
    "dotnet",
    "ruby",
    "php",
    "system",
    "runtime",
    "otel",
    "promhttp",
)
OF_THE_RUNTIME = tuple(f"{name}{mark}" for name in _RUNTIMES for mark in "_.")
"""Samples that move by themselves."""


class Monitors(Entry, frozen=True, kw_only=True):
    """One reading. ``samples`` are values by name and labels, None where there are none or what came is no metrics.

    ``alerts`` counts those that have come to the alert sink since the harness began; ``kinds`` are the kinds of all that
    came since the reading before, and equal texts but for numbers are of one kind. ``lack`` says what kept the metrics from
    being read. ``is_told`` says whether the config tells the app where alerts go. ``is_calm`` is None where nobody waited
    for alerts to end, and False where they went on beyond the time that the app has.
    """

    moment: str
    samples: dict[str, float] | None = None
    alerts: int = 0
    kinds: tuple[str, ...] = ()
    lack: str = ""
    is_told: bool = False
    is_calm: bool | None = None


def moved(earlier: Monitors, later: Monitors) -> set[str]:
    """The samples that differ, or are new and not zero.

    Those of the language's runtime do not count, nor do parts of a distribution: its count moves with them, and which part
    does is a matter of time.
    """
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name, value in after.items() if _counts(name) and value != before.get(name, 0.0)}


def _counts(name: str) -> bool:
    if name.startswith(OF_THE_RUNTIME):
        return False
    is_part = ("_bucket{" in name and 'le="+Inf"' not in name) or 'quantile="' in name
    return not is_part
