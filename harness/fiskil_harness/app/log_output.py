"""What the app has written since a moment, and in words whether that is all of it.

A file may come later, be rotated away or be cut. What was moved, copied or packed beside it is read on; where nothing there
goes on from the moment, what is left is read from its start, and the loss is said.
"""

import bz2
import gzip
import lzma
import os
from pathlib import Path
from typing import Any

from msgspec import Struct

MOST_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 64

MISSING = "is not there"
EMPTY = "holds nothing at all"
ROTATED = "was rotated or cut while the app wrote, so what stood there before is gone"
TOO_LONG = f"grew by more than {MOST_BYTES // 1024 // 1024} MiB, of which the end was not read"

_PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


class Mark(Struct, frozen=True, kw_only=True):
    """A place in a file: which file it was (0: there was none), how long, and the last bytes before the place.

    ``beside`` are the files that stood beside it then, as if it had been rotated.
    """

    file_id: int = 0
    size: int = 0
    tail: bytes = b""
    beside: frozenset[int] = frozenset()


class Written(Struct, frozen=True, kw_only=True):
    """What stands in a file behind a mark; ``lack`` says why it is not all that was written, if it is not."""

    text: bytes = b""
    problem: str = ""


def start_of(path: Path) -> Mark:
    """The start of the file that is there now."""
    end = end_of(path)
    return Mark(file_id=end.file_id, beside=end.beside)


def end_of(path: Path) -> Mark:
    """The end of the file as it stands now."""
    beside = frozenset(number for _, number, _ in _beside(path))
    try:
        with path.open("rb") as source:
            found = os.fstat(source.fileno())
            source.seek(max(0, found.st_size - TAIL_BYTES))
            tail = source.read(min(TAIL_BYTES, found.st_size))
            return Mark(file_id=found.st_ino, size=found.st_size, tail=tail, beside=beside)
    except OSError:
        return Mark(beside=beside)


def written_since(path: Path, since: Mark) -> Written:
    """What was written behind *since*, in the file and in those that it was rotated to, oldest first."""
    try:
        with path.open("rb") as source:
            source.seek(since.size - len(since.tail))
            is_same = source.read(len(since.tail)) == since.tail
            is_same = is_same and since.file_id in {0, os.fstat(source.fileno()).st_ino}
            if not is_same:
                source.seek(0)
            text = source.read(MOST_BYTES)
            is_read = not source.read(1)
            is_empty = not source.tell()
    except OSError:
        moved, is_whole = _moved(path, since)
        return Written(text=moved, problem="" if moved and is_whole else ROTATED if since.size else MISSING)
    if not is_same or not since.size:
        moved, is_whole = _moved(path, since)
        text, is_empty = moved + text, is_empty and not moved
        if not is_same and not is_whole:
            return Written(text=text, problem=ROTATED)
    if not is_read:
        return Written(text=text, problem=TOO_LONG)
    return Written(text=text, problem=EMPTY if is_empty else "")


def content_of(path: Path) -> bytes:
    """What the file holds, unpacked where its name says that it is packed; nothing where it cannot be read."""
    try:
        with _PACKED.get(path.suffix, lambda value: value.open("rb"))(path) as source:
            return bytes(source.read(MOST_BYTES))
    except (OSError, EOFError, lzma.LZMAError):
        return b""


def _moved(path: Path, since: Mark) -> tuple[bytes, bool]:
    """What stands behind *since* in files beside *path*, and whether one of them goes on from there."""
    parts: list[bytes] = []
    is_whole = not since.file_id
    for beside, number, _ in sorted(_beside(path), key=lambda pair: pair[2]):
        if number in since.beside:
            continue
        content = content_of(beside)
        is_long = len(content) >= since.size > 0
        if (is_long and content[: since.size].endswith(since.tail)) or (number == since.file_id and not since.size):
            is_whole = True
            parts.append(content[since.size :])
        else:
            parts.append(content)
    return b"".join(parts), is_whole


def _beside(path: Path) -> list[tuple[Path, int, int]]:
    """The files that *path* may have been rotated to: which they are, and when they were written last."""
    found = []
    try:
        for dir_entry in os.scandir(path.parent):
            is_after = dir_entry.name.startswith(path.name)
            plain = (
                dir_entry.name.removesuffix(Path(dir_entry.name).suffix)
                if Path(dir_entry.name).suffix in _PACKED
                else dir_entry.name
            )
            is_amid = dir_entry.name.startswith(path.stem) and path.suffix and plain.endswith(path.suffix)
            if dir_entry.name != path.name and (is_after or is_amid) and dir_entry.is_file(follow_symlinks=False):
                status = dir_entry.stat(follow_symlinks=False)
                found.append((Path(dir_entry.path), status.st_ino, status.st_mtime_ns))
    except OSError:
        return []
    return found
