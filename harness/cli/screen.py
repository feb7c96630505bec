"""The terminal: consoles of the right width, and progress that shows what runs now.

Reports go to standard output, progress to standard error; a pipe gets plain lines of 80 columns.
"""

import sys
from typing import TYPE_CHECKING, Any

from harness.report.words import WIDTH

if TYPE_CHECKING:
    from rich.console import Console


def console(*, is_error: bool = False) -> "Console":
    """A console on standard output, or on standard error."""
    from rich.console import Console

    sink = sys.stderr if is_error else sys.stdout
    made = Console(file=sink, soft_wrap=True, highlight=False)
    return made if made.is_terminal else Console(file=sink, soft_wrap=True, highlight=False, width=WIDTH)


class Progress:
    """Shows how far a run is: one live line on a terminal, one line for each scenario in a pipe."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._running: list[str] = []
        self._console = console(is_error=True)
        self._status: Any = None

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._status = self._console.status("Starting the app ...")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def began(self, name: str) -> None:
        """A scenario began."""
        self._running.append(name)
        self._refresh()

    def ended(self, name: str, verdict: str) -> None:
        """A scenario ended."""
        self._done += 1
        if name in self._running:
            self._running.remove(name)
        if self._status is None:
            width = len(str(self._total))
            self._console.print(f"[{self._done:>{width}}/{self._total}] {name} {verdict}", markup=False)
        self._refresh()

    def _refresh(self) -> None:
        if self._status is not None:
            self._status.update(f"{self._done} of {self._total} done, now {', '.join(self._running) or 'ending'}")
