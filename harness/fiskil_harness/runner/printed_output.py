"""Reads what the app printed during a scenario, for reports, and keeps a copy of everything it printed.

Only the end of each file is read, so an app that prints a gigabyte costs neither memory nor time.
"""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.probes.evidence import Printed, Tail, printed_in

TAIL_BYTES = 128 * 1024
MOST_KEPT_BYTES = 64 * 1024 * 1024
"""The size of the app's standard output on the disk above which it is emptied between two scenarios."""
BLOCK_BYTES = 1024 * 1024


class PrintedOutput:
    """The positions in the app's outputs at which the present scenario begins, and up to which they were copied."""

    def __init__(self, app: AppUnderTest) -> None:
        self._app = app
        self._began: dict[Path, int] = {}
        self._copied: dict[Path, int] = {}

    def begin(self) -> None:
        """Skip all earlier output. Without a call, the app's start belongs to the first scenario."""
        self._began = {path: _size(path) for path in self._app.output().values()}
        self._app.take_exit_codes()

    def excerpt(self, scenario: str) -> Printed:
        """Return the excerpt of the output since ``begin``."""
        self._app.await_exit()
        tails = {}
        for place, path in self._app.output().items():
            size = _size(path)
            began = self._began.get(path, 0)
            written = size - began if size >= began else size  # a shorter file was rotated
            tails[place] = Tail(text=_read(path, size - min(written, TAIL_BYTES), size), size=written)
        return printed_in(scenario, tails, exit_codes=self._app.take_exit_codes(), polled=self._polled())

    def _polled(self) -> list[str]:
        """Return the method and path of the effects hook, up to its first placeholder; nothing if no path is left."""
        hook = self._app.settings.app.observe.effects
        request = re.split(r"[?{]", hook.request)[0] if hook else ""
        return [request] if request and not request.endswith(" /") else []

    def copy(self, target: Path, title: str, *, redact: Callable[[str], str]) -> None:
        """Append to *target* everything that was printed since the last copy, below a line with *title*, redacted.

        Several processes may append to one file, so the file is locked meanwhile.
        """
        with target.open("a", encoding="utf-8", errors="replace") as sink:
            fcntl.flock(sink, fcntl.LOCK_EX)
            for place, path in self._app.output().items():
                begin, size = self._copied.get(path, 0), _size(path)
                begin = begin if begin <= size else 0
                self._copied[path] = size
                if size > begin:
                    sink.write(f"===== {title} [{place}]\n")
                for block in _blocks(path, begin, size):
                    sink.write(redact(block))

    def bound(self) -> None:
        """Empty the app's standard output on the disk if it has become large. The app appends to it, so it can go on."""
        path = self._app.workdir / "app.output"
        if _size(path) > MOST_KEPT_BYTES:
            os.truncate(path, 0)
            self._began[path] = self._copied[path] = 0


def _blocks(path: Path, begin: int, end: int) -> Iterator[str]:
    """Yield the text between two positions in blocks of whole lines, so that no secret is cut in two."""
    try:
        with path.open("rb") as source:
            source.seek(begin)
            while begin < end:
                block = source.read(min(BLOCK_BYTES, end - begin))
                if not block:
                    return
                block += source.readline(BLOCK_BYTES) if begin + len(block) < end else b""
                begin += len(block)
                yield block.decode("utf-8", "replace")
    except OSError:
        return


def _read(path: Path, begin: int, end: int) -> bytes:
    try:
        with path.open("rb") as source:
            source.seek(begin)
            return source.read(end - begin)
    except OSError:
        return b""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
