"""Whether this machine stood still: a thread that is to wake many times a second, and what it slept through.

Limits are measured in real time, so whoever is paused with the rest of the machine looks late; here the pause is seen.
"""

import threading
from types import TracebackType

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Journal, MachinePaused

EVERY_S = 0.05
LEAST_S = 0.1
"""What is overslept by less is ordinary."""


class PauseMonitor:
    """Writes down in *journal* each time that the machine stood still, while it is entered."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def __enter__(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Watch no more."""
        self._is_over.set()
        self._thread.join()

    def _beat(self) -> None:
        is_over = False
        while not is_over:
            elapsed_s = stopwatch()
            is_over = self._is_over.wait(EVERY_S)
            lasted_s = elapsed_s() - EVERY_S
            if lasted_s >= LEAST_S:
                self._journal.write(MachinePaused(**self._journal.stamp(), lasted_s=lasted_s))
