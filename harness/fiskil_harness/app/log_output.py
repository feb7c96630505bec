"""Reads what the app wrote to a log file since a mark (a remembered position), and reports content that is missing.

The file may be created later, rotated or truncated. Its rotated, copied or compressed versions in the same folder are read
too. If no file continues from the mark, all remaining content is read, and the loss is reported.
"""

import bz2
import errno
import gzip
import lzma
import os
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

MOST_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 64

MISSING = "does not exist"
NO_FILE = "is a pipe, a device or a folder, so it was not read"
EMPTY = "is empty"
ROTATED = "was rotated or truncated while the app wrote to it, so earlier content is lost"
TOO_LONG = f"grew by more than {MOST_BYTES // 1024 // 1024} MiB; the rest was not read"

_PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class Mark(Struct, frozen=True, kw_only=True):
    """A position in a file: the file's inode (0: there was no file), its size, and the last bytes before the position.

    ``beside`` contains the inodes of older files in the folder that look like rotated versions of this file.
    """

    file_id: int = 0
    size: int = 0
    tail: bytes = b""
    beside: frozenset[int] = frozenset()


class LogOutput(Struct, frozen=True, kw_only=True):
    """The content of a file after a mark. ``problem`` states why the content is incomplete; it is empty otherwise."""

    text: bytes = b""
    problem: str = ""


def start_of(path: Path) -> Mark:
    """Return a mark at the start of the file as it is now."""
    end = end_of(path)
    return Mark(file_id=end.file_id, beside=end.beside)


def _opened(path: Path) -> BinaryIO:
    """Open a file for reading.

    Raises:
        OSError: The file cannot be read, or is a pipe or a device, which might never end.
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(path))
    return path.open("rb")


def end_of(path: Path) -> Mark:
    """Return a mark at the end of the file as it is now."""
    beside = frozenset(file_id for _, file_id, _ in _beside(path))
    try:
        with _opened(path) as source:
            status = os.fstat(source.fileno())
            source.seek(max(0, status.st_size - TAIL_BYTES))
            tail = source.read(min(TAIL_BYTES, status.st_size))
            return Mark(file_id=status.st_ino, size=status.st_size, tail=tail, beside=beside)
    except OSError:
        return Mark(beside=beside)


def written_since(path: Path, since: Mark) -> LogOutput:
    """Return the content written after the mark *since* to the file and to its rotated versions, oldest first."""
    try:
        with _opened(path) as source:
            source.seek(since.size - len(since.tail))
            continues = source.read(len(since.tail)) == since.tail
            continues = continues and since.file_id in {0, os.fstat(source.fileno()).st_ino}
            if not continues:
                source.seek(0)
            text = source.read(MOST_BYTES)
            is_complete = not source.read(1)
            is_empty = not source.tell()
    except OSError:
        if path.exists() and not path.is_file():
            return LogOutput(problem=NO_FILE)
        moved, is_continued = _moved(path, since)
        return LogOutput(text=moved, problem="" if moved and is_continued else ROTATED if since.size else MISSING)
    if not continues or not since.size:
        moved, is_continued = _moved(path, since)
        text, is_empty = moved + text, is_empty and not moved
        if not continues and not is_continued:
            return LogOutput(text=text, problem=ROTATED)
    if not is_complete:
        return LogOutput(text=text, problem=TOO_LONG)
    return LogOutput(text=text, problem=EMPTY if is_empty else "")


def content_of(path: Path) -> bytes:
    """Return the file's content, decompressed according to its suffix; empty if it cannot be read."""
    try:
        with _PACKED.get(path.suffix, _opened)(path) as source:
            return bytes(source.read(MOST_BYTES))
    except (OSError, EOFError, lzma.LZMAError):
        return b""


def _moved(path: Path, since: Mark) -> tuple[bytes, bool]:
    """Return the content after *since* in rotated versions of *path*, and whether a version continues from *since*."""
    parts: list[bytes] = []
    is_continued = not since.file_id
    for beside, file_id, _ in sorted(_beside(path), key=lambda pair: pair[2]):
        if file_id in since.beside:
            continue
        content = content_of(beside)
        is_long = len(content) >= since.size > 0
        if (is_long and content[: since.size].endswith(since.tail)) or (file_id == since.file_id and not since.size):
            is_continued = True
            parts.append(content[since.size :])
        else:
            parts.append(content)
    return b"".join(parts), is_continued


def _beside(path: Path) -> list[tuple[Path, int, int]]:
    """Return the files that may be rotated versions of *path*, each as path, inode and time of the last write in ns."""
    rotated = []
    try:
        for dir_entry in os.scandir(path.parent):
            name, suffix = dir_entry.name, Path(dir_entry.name).suffix
            is_after = name.startswith(path.name)
            plain = name.removesuffix(suffix) if suffix in _PACKED else name
            is_between = name.startswith(path.stem) and path.suffix and plain.endswith(path.suffix)
            if name != path.name and (is_after or is_between) and dir_entry.is_file(follow_symlinks=False):
                status = dir_entry.stat(follow_symlinks=False)
                rotated.append((Path(dir_entry.path), status.st_ino, status.st_mtime_ns))
    except OSError:
        return []
    return rotated
