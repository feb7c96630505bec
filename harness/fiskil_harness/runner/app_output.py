"""Reads what the app writes during a scenario: its log files, and the log records that it exports over OTLP.

Everything that was written before the latest call of ``mark`` belongs to earlier scenarios and is skipped.
"""

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.log_output import Mark, end_of, start_of, written_since
from fiskil_harness.app.monitoring import Telemetry
from fiskil_harness.core.clock import pause
from fiskil_harness.journal import OTLP, Journal, Output

LAG_SPARE_S, MOST_LAG_S = 0.2, 6.0
"""The wait for exported log records, in real seconds: their longest export delay plus LAG_SPARE_S, at most MOST_LAG_S."""


class AppOutput:
    """The output of one app since the latest mark."""

    def __init__(self, app: AppUnderTest, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry
        self._lines_read = 0
        self.log_marks: dict[str, Mark] = {}
        """The position from which each log file is read. Code that runs a scenario inside another must restore this dict."""

    def mark(self, *, is_first: bool) -> None:
        """Skip all earlier output. If *is_first*, skip nothing, because the app's start belongs to the first scenario."""
        for name, path in self._app.output().items():
            self.log_marks[name] = start_of(path) if is_first else end_of(path)
        self._lines_read = 0 if is_first else self._telemetry.line_count

    def record(self, journal: Journal, *, patience_s: float) -> None:
        """Write the output since the latest mark to *journal*.

        Args:
            patience_s: The longest wait for exported log records, in real seconds.
        """
        for name, path in self._app.output().items():
            written = written_since(path, self.log_marks.get(name, Mark()))
            journal.write(Output(place=name, text=written.text, problem=written.problem))
        if self._telemetry.line_count:
            # An app exports records some time after it writes them, so the last ones may not have arrived.
            pause(min(self._telemetry.lag_s + LAG_SPARE_S, patience_s))
            lines = self._telemetry.lines_since(self._lines_read)
            journal.write(Output(place=OTLP, text="\n".join(lines).encode()))
