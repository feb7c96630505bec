"""What the app has written since a moment, and in words whether that is all of it.

A file may come later, be rotated away or be cut: then what is left is read from its start, and the loss is said.
"""

import os
from pathlib import Path

from msgspec import Struct

MOST_BYTES = 16 * 1024 * 1024
TAIL_BYTES = 64

MISSING = "is not there"
EMPTY = "holds nothing at all"
ROTATED = "was rotated or cut while the app wrote, so what stood there before is gone"
TOO_LONG = f"grew by more than {MOST_BYTES // 1024 // 1024} MiB, of which the end was not read"


class Mark(Struct, frozen=True, kw_only=True):
    """A place in a file: which file it was (0: there was none), how long, and the last bytes before the place."""

    file_id: int = 0
    size: int = 0
    tail: bytes = b""


class Written(Struct, frozen=True, kw_only=True):
    """What stands in a file behind a mark; ``lack`` says why it is not all that was written, if it is not."""

    text: bytes = b""
    lack: str = ""


def start_of(path: Path) -> Mark:
    """The start of the file that is there now."""
    return Mark(file_id=end_of(path).file_id)


def end_of(path: Path) -> Mark:
    """The end of the file as it stands now."""
    try:
        with path.open("rb") as source:
            found = os.fstat(source.fileno())
            source.seek(max(0, found.st_size - TAIL_BYTES))
            return Mark(file_id=found.st_ino, size=found.st_size, tail=source.read(min(TAIL_BYTES, found.st_size)))
    except OSError:
        return Mark()


def written_since(path: Path, since: Mark) -> Written:
    """What the file holds behind *since*, or all of it when it is not the same file any more."""
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
        return Written(lack=ROTATED if since.size else MISSING)
    if not is_same:
        return Written(text=text, lack=ROTATED)
    if not is_read:
        return Written(text=text, lack=TOO_LONG)
    return Written(text=text, lack=EMPTY if is_empty else "")
