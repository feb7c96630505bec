"""What the app's own monitoring showed at one moment, and what had moved since another."""

from harness.journal.entry import Entry

OF_THE_RUNTIME = ("process_", "python_", "nodejs_", "go_", "jvm_", "dotnet_", "ruby_", "php_")
"""Samples that move by themselves."""


class Monitors(Entry, frozen=True, kw_only=True):
    """One reading. ``samples`` are values by name and labels, None where there is no hook or what came is no metrics.

    ``alerts`` counts what has come to the alert sink since the harness began. ``lack`` says what kept the metrics from
    being read. ``is_told`` says whether the config tells the app where alerts go.
    """

    moment: str
    samples: dict[str, float] | None = None
    alerts: int = 0
    lack: str = ""
    is_told: bool = False


def moved(earlier: Monitors, later: Monitors) -> set[str]:
    """The samples that differ, or are new and not zero; those of the language's runtime do not count."""
    before, after = earlier.samples or {}, later.samples or {}
    return {name for name, value in after.items() if not name.startswith(OF_THE_RUNTIME) and value != before.get(name, 0.0)}
