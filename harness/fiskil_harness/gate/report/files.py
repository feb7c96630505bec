"""Report files: redacted, and either whole or not there."""

import contextlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fiskil_harness.errors import UsageError


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write *text* to *path* in one move: readers see the old file or the new one.

    Raises:
        UsageError: The folder is missing or not writable, or the disk is full; nothing half-written is left.
    """
    try:
        _move_in(path.resolve(), text, mode)
    except OSError as error:
        raise UsageError(f"{_refusal(path, error)} Nothing was written there.") from None


def write_each(texts: Iterable[tuple[Path, str]]) -> None:
    """Write every one that can be written, then say which could not.

    Raises:
        UsageError: Some could not be written; those that were are named.
    """
    refusals: list[str] = []
    written: list[str] = []
    for path, text in texts:
        try:
            _move_in(path.resolve(), text, 0o644)
        except OSError as error:
            refusals.append(_refusal(path, error))
        else:
            written.append(repr(str(path.resolve())))
    if refusals:
        outcome = f"Written: {', '.join(written)}." if written else "Nothing was written there."
        raise UsageError(" ".join([*refusals, outcome]))


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


def _move_in(path: Path, text: str, mode: int) -> None:
    if path.exists() and not path.is_file():
        # A device or a pipe is written to; moving a file into its place would replace it.
        path.write_text(text, encoding="utf-8")
        return
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        Path(part).chmod(mode)
        Path(part).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise


def _refusal(path: Path, error: OSError) -> str:
    return f"Cannot write {str(path.resolve())!r}: {error.strerror or error}."
