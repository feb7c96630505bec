"""Reads what the app writes during a scenario: its log files, and the log records that it exports over OTLP.

A file outside the app's folder to which the app appends is a log too, even if the config does not list it.
Everything that was written before the latest call of ``mark`` belongs to earlier scenarios and is skipped.
"""

from pathlib import Path

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.log_output import Mark, end_of, start_of, written_since
from fiskil_harness.app.monitoring import MISSING, Telemetry
from fiskil_harness.core.clock import pause
from fiskil_harness.journal import OTLP, Journal, Output

LAG_SPARE_S, MOST_LAG_S = 0.2, 6.0
"""The wait for exported log records, in real seconds: their longest export delay plus LAG_SPARE_S, at most MOST_LAG_S."""
LATE_S = 1.5
"""Real seconds after which an asynchronous logger has written its last lines."""


class AppOutput:
    """The output of one app since the latest mark."""

    def __init__(self, app: AppUnderTest, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._is_marked = False
        self._lines_read = 0
        self._log_marks: dict[str, Mark] = {}
        self._unlisted_marks: dict[Path, Mark] = {}

    def mark(self) -> None:
        """Skip all earlier output. The first call skips nothing, because the app's start belongs to the first scenario."""
        mark_of = end_of if self._is_marked else start_of
        for name, path in self._app.output().items():
            self._log_marks[name] = mark_of(path)
        for path in self._app.unlisted_logs().values():
            # Such a file may be older than the app's start, so even the first scenario reads only what is added.
            self._unlisted_marks[path] = end_of(path)
        self._lines_read = self._telemetry.line_count if self._is_marked else 0
        self._is_marked = True

    def record_late_lines(self, journal: Journal) -> None:
        """Read the output since the latest mark again, because lines that *journal* lacks may have been written late."""
        pause(LATE_S)
        journal.discard(Output)
        self.record(journal, patience_s=MOST_LAG_S)

    def record(self, journal: Journal, *, patience_s: float) -> None:
        """Write the output since the latest mark to *journal*.

        Args:
            patience_s: The longest wait for exported log records, in real seconds.
        """
        for name, path in self._app.output().items():
            written = written_since(path, self._log_marks.get(name, Mark()))
            journal.write(Output(place=name, text=written.text, problem=written.problem))
        for name, path in self._app.unlisted_logs().items():
            if text := written_since(path, self._unlisted_marks.get(path, Mark())).text:
                journal.write(Output(place=name, text=text))
        if "logs" in self._telemetry.unread:
            journal.write(Output(place=OTLP, text=b"", problem=MISSING.rstrip(".")))
        if self._telemetry.line_count:
            # An app exports records some time after it writes them, so the last ones may not have arrived.
            pause(min(self._telemetry.lag_s + LAG_SPARE_S, patience_s))
            lines = self._telemetry.lines_since(self._lines_read)
            journal.write(Output(place=OTLP, text="\n".join(lines).encode()))
