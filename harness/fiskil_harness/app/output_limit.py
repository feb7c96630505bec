"""Limits the size of a file to which an app appends its output: a longer file is emptied, and a line in it says so.

The app keeps the file open for appending, so it goes on writing at the start of the emptied file.
"""

import contextlib
import os
import threading
from pathlib import Path

MOST_BYTES = 256 * 1024 * 1024
EVERY_S = 0.5


def notice(most_bytes: int) -> bytes:
    """Return the line that replaces the removed output."""
    return f"[fiskil-harness removed the earlier output, because it was longer than {most_bytes:,} bytes]\n".encode()


class OutputLimit:
    """Checks the size of a file regularly in a thread, until it is stopped."""

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, every_s: float = EVERY_S) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="output limit", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Check the size once more, and end the thread."""
        self._stop.set()
        self._thread.join()
        self._check()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._check()

    def _check(self) -> None:
        with contextlib.suppress(OSError):
            if self._path.stat().st_size > self._most_bytes:
                os.truncate(self._path, 0)
                with self._path.open("ab") as sink:
                    sink.write(notice(self._most_bytes))
