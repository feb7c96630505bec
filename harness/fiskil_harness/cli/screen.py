"""The terminal: consoles of the right width, and the progress of a run.

Reports go to standard output, progress to standard error; a pipe gets plain lines of 80 columns.
"""

import sys
import threading
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from fiskil_harness.cli import streams
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.printable import one_line
from fiskil_harness.gate.report.text import WIDTH, wrapped
from fiskil_harness.scenario import costs

if TYPE_CHECKING:
    from rich.console import Console

PASSED = "PASS"
BAD = frozenset({"FAIL", "FALSE ALARM", "OVERLOOKED"})
"""Verdicts of scenarios, and labels of the selftest, that count as failed."""
ENOUGH_S = 5.0
"""The remaining time is shown when the finished scenarios have a total estimated duration of this many seconds."""
MOST_LINES = 8
"""The most running scenarios that the live lines list."""


def console(*, is_error: bool = False) -> "Console":
    """Return a console on standard output, or on standard error; without a terminal it has 80 columns."""
    from rich.console import Console

    # Rich writes its own control sequences, so it needs the stream that lets them through.
    stream = streams.unescaped(sys.stderr if is_error else sys.stdout)
    terminal = Console(file=stream, soft_wrap=True, highlight=False)
    return terminal if terminal.is_terminal else Console(file=stream, soft_wrap=True, highlight=False, width=WIDTH)


class Progress:
    """Shows the progress of a run: live lines on a terminal, otherwise one line for each scenario that did not pass.

    The live lines show finished and failed scenarios, elapsed and remaining time, and what runs on each worker.
    """

    def __init__(
        self,
        names: Sequence[str],
        *,
        workers: int = 1,
        instant: Collection[str] = (),
        watch: Callable[[], Callable[[], float]] = stopwatch,
    ) -> None:
        """Start with all scenarios in *names* waiting to run.

        Args:
            workers: The number of scenarios that run in parallel.
            instant: The scenarios that take no time, because the config lacks what they need.
            watch: Starts a stopwatch: returns a function that returns the seconds since then.
        """
        self._watch = watch
        self._instant = frozenset(instant)
        self._waiting = dict.fromkeys(names)
        self._total = len(names)
        self._done = 0
        self._failed: list[str] = []
        self._slots: list[tuple[str, Callable[[], float]] | None] = [None] * max(min(workers, len(names)), 1)
        self._spent_s, self._estimated_s = 0.0, 0.0
        self._elapsed = watch()
        self._console = console(is_error=True)
        self._live: Any = None
        # Several threads report progress, and another one draws the screen.
        self._lock = threading.Lock()

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            from rich.live import Live

            self._live = Live(get_renderable=self._render, console=self._console, transient=True, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def began(self, name: str) -> None:
        """Record that a scenario began."""
        with self._lock:
            free = next((number for number, slot in enumerate(self._slots) if slot is None), None)
            if free is None:
                self._slots.append(None)
                free = len(self._slots) - 1
            self._slots[free] = (name, self._watch())

    def ended(self, name: str, verdict: str) -> None:
        """Record that a scenario ended with *verdict*."""
        with self._lock:
            self._done += 1
            self._waiting.pop(name, None)
            for number, slot in enumerate(self._slots):
                if slot is not None and slot[0] == name:
                    self._slots[number] = None
                    if name not in self._instant:
                        self._spent_s += slot[1]()
                        self._estimated_s += costs.cost_s(name)
            if verdict in BAD:
                self._failed.append(name)
        if self._live is None and verdict != PASSED:
            width = len(str(self._total))
            self._console.print(f"[{self._done:>{width}}/{self._total}] {one_line(name)} {verdict}", markup=False)

    def noticed(self, text: str) -> None:
        """Print *text*, about something that the user can mend while the run goes on."""
        for line in wrapped(one_line(text), WIDTH, later_indent="  "):
            self._console.print(line, style="yellow" if self._live is not None else None, markup=False)

    def skipped(self, names: Sequence[str], reason: str) -> None:
        """Count *names* as done, and print how many they are and the *reason*."""
        with self._lock:
            self._done += len(names)
            for name in names:
                self._waiting.pop(name, None)
        self.noticed(f"{len(names)} of {self._total} scenarios are skipped: {reason.rstrip('.')}.")

    def lines(self) -> list[str]:
        """Return the live lines for the present state of the run."""
        with self._lock:
            running = [(number, slot) for number, slot in enumerate(self._slots, start=1) if slot is not None]
            summary = f"{self._done} of {self._total} done, {len(self._failed)} failed, {_duration(self._elapsed())}"
            left_s = self._left_s()
            lines = [summary + (f", about {_duration(left_s)} left" if left_s is not None else "")]
            lines += [f"  {number}  {name}  {elapsed():.0f} s" for number, (name, elapsed) in running[:MOST_LINES]]
            if len(running) > MOST_LINES:
                lines.append(f"  and {len(running) - MOST_LINES} more")
            if not running:
                lines.append("  starting the app ..." if not self._done else "  finishing ...")
            if self._failed:
                lines.append(f"  failed: {', '.join(self._failed[-3:])}" + (" ..." if len(self._failed) > 3 else ""))
        return [line if len(line) <= WIDTH else line[: WIDTH - 3] + "..." for line in lines]

    def _left_s(self) -> float | None:
        """Return the remaining seconds; None if it is too early.

        The table has the costs on the reference app. The app at hand takes as many times longer as it took so far.
        """
        waiting = [name for name in self._waiting if name not in self._instant]
        if self._estimated_s < ENOUGH_S or not waiting:
            return None
        return costs.wall_s(waiting, len(self._slots)) * self._spent_s / self._estimated_s

    def _render(self) -> Any:
        from rich.text import Text

        return Text("\n".join(map(one_line, self.lines())), no_wrap=True, overflow="ellipsis")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
