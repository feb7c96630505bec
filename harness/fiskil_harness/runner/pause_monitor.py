"""Detects pauses of the whole machine: a thread wakes every 50 ms and records when it overslept by 100 ms or more.

Limits are measured in real time, so an app that was suspended with the machine looks late; the record explains why.
"""

import threading

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.journal import Journal, MachinePaused

EVERY_S = 0.05
LEAST_S = 0.1
"""The shortest pause that is recorded; shorter pauses are normal scheduling delays."""


class PauseMonitor:
    """Records pauses of the machine in *journal* while the ``with`` block runs."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="pause-monitor", daemon=True)

    def __enter__(self) -> None:
        """Start to watch."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        is_over = False
        while not is_over:
            elapsed_s = stopwatch()
            is_over = self._is_over.wait(EVERY_S)
            lasted_s = elapsed_s() - EVERY_S
            if lasted_s >= LEAST_S:
                self._journal.write(MachinePaused(**self._journal.stamp(), lasted_s=lasted_s))
