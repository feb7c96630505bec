"""Report files: redacted, and either whole or not there."""

import contextlib
import os
import tempfile
from pathlib import Path

from harness.errors import UsageError


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write *text* to *path* in one move: readers see the old file or the new one.

    Raises:
        UsageError: The folder is missing or not writable, or the disk is full; nothing half-written is left.
    """
    path = path.resolve()
    part: str | None = None
    try:
        if path.exists() and not path.is_file():
            # A device or a pipe is written to; moving a file into its place would replace it.
            path.write_text(text, encoding="utf-8")
            return
        handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        Path(part).chmod(mode)
        Path(part).replace(path)
    except OSError as error:
        if part is not None:
            with contextlib.suppress(OSError):
                Path(part).unlink()
        raise UsageError(f"Cannot write {str(path)!r}: {error.strerror or error}. Nothing was written.") from None


def refuse_unwritable(path: Path) -> None:
    """Say before a long run that its report could not be written.

    Raises:
        UsageError: The folder does not exist or cannot be written to, or *path* is a folder.
    """
    path = path.resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        return
    if path.is_dir():
        raise UsageError(f"Cannot write {str(path)!r}: it is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"Cannot write {str(path)!r}: there is no folder {str(path.parent)!r}. Create it first.")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"Cannot write {str(path)!r}: the folder is not writable. Name another place.")
