"""The files that the app writes in its folder, except the harness's files and the log files listed in the config."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from fiskil_harness.app.log_output import Mark, content_of, end_of

MOST_FILES = 500
"""The most log files that are read, and the most other files: an app may store each record in a file of its own."""

MORE = f"it has more than {MOST_FILES} %s files; the rest was not read"
OURS = frozenset({"app.output", "ca.pem", "cert.pem", "key.pem"})
"""Files that the harness puts into the folder."""

_LOG = re.compile(r"\.(?:log|txt|out)(?:\W|_|$)")

PLAIN = (".log", ".txt", ".out")
"""Suffixes of log files that are not compressed."""
HEAD_BYTES = 4096
_CHANGING = re.compile(r"[0-9a-f]{8}[0-9a-f-]*|\d+")
_JOURNAL = re.compile(r"-(wal|shm|journal)$")


class WrittenFile(Struct, frozen=True, kw_only=True):
    """A file and the content that the app wrote to it. In ``name``, ``*`` replaces parts that differ from run to run."""

    name: str
    text: bytes
    is_log: bool
    problem: str = ""


class Folder:
    """A folder of the app. The size of each log file is recorded at creation, to find what the app writes later."""

    def __init__(self, path: Path, *, logs: Iterable[Path]) -> None:
        self._path = path
        self._logs = [os.path.realpath(log) for log in logs]
        self._marks = {mark.file_id: mark for mark in (end_of(file) for file in self._files() if is_log(file))}

    def written(self, *, is_logs_only: bool = False) -> Iterator[WrittenFile]:
        """Yield every file that exists now, or with *is_logs_only* every log file.

        A log file is yielded with the content written since this object was created, any other file with all content.
        """
        files = {file: is_log(file) for file in self._files()}
        yield from self._read([file for file, is_of_log in files.items() if is_of_log], is_of_log=True)
        if not is_logs_only:
            yield from self._read([file for file, is_of_log in files.items() if not is_of_log], is_of_log=False)

    def _read(self, files: list[Path], *, is_of_log: bool) -> Iterator[WrittenFile]:
        if len(files) > MOST_FILES:
            yield WrittenFile(name="its folder", text=b"", is_log=is_of_log, problem=MORE % ("log" if is_of_log else "data"))
        for file in files[:MOST_FILES]:
            name = _CHANGING.sub("*", _JOURNAL.sub("", file.relative_to(self._path).as_posix()))
            yield WrittenFile(name=name, text=self._written_in(file) if is_of_log else content_of(file), is_log=is_of_log)

    def _written_in(self, path: Path) -> bytes:
        """Return the content of a log file since its mark. A rotated log file is recognised by its inode."""
        text, mark = content_of(path), self._marks.get(end_of(path).file_id, Mark())
        is_longer = len(text) >= mark.size and text[: mark.size].endswith(mark.tail)
        return text[mark.size :] if is_longer else text

    def _files(self) -> list[Path]:
        paths = (Path(folder, name) for folder, _, names in os.walk(self._path) for name in names)
        return sorted(path for path in paths if self._is_of_app(path))

    def _is_of_app(self, path: Path) -> bool:
        if (path.parent == self._path and path.name in OURS) or not path.is_file() or path.is_symlink():
            return False
        # A rotated log is read together with the log.
        return not any(os.path.realpath(path).startswith(log) for log in self._logs)


def empty_folder(path: Path, *, keep: Iterable[Path] = ()) -> None:
    """Remove everything in the folder except the harness's files and those of *keep*; what cannot be removed stays."""
    kept = {path / name for name in OURS} | set(keep)
    for folder, names, files in os.walk(path, topdown=False):
        for name in files:
            if Path(folder, name) not in kept:
                with contextlib.suppress(OSError):
                    Path(folder, name).unlink()
        for name in names:
            with contextlib.suppress(OSError):
                Path(folder, name).unlink() if Path(folder, name).is_symlink() else Path(folder, name).rmdir()


def is_log(path: Path) -> bool:
    """Return true if the file's name looks like that of a log file, even a rotated or compressed one.

    A file with such a name and binary content is a part of a database, such as LevelDB's ``000003.log``.
    """
    if _LOG.search(path.name) is None:
        return False
    return path.suffix not in PLAIN or not _is_binary(path)


def _is_binary(path: Path) -> bool:
    try:
        with path.open("rb") as source:
            return b"\0" in source.read(HEAD_BYTES)
    except OSError:
        return False
