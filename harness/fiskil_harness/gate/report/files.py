"""Writes report files atomically, so that a reader never finds an incomplete file."""

import contextlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from fiskil_harness.errors import UsageError


def write(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write *text* to *path* atomically: readers see the old file or the new one.

    Args:
        mode: Permissions of the file, which the umask reduces.

    Raises:
        UsageError: The folder is missing or not writable, or the disk is full; no incomplete file is left.
    """
    try:
        _write_atomically(path.resolve(), text, mode)
    except OSError as error:
        raise UsageError(f"{_error_text(path, error)} Nothing was written there.") from None


def write_bytes(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write *content* to *path* like ``write``.

    Raises:
        UsageError: As for ``write``.
    """
    try:
        _write_atomically(path.resolve(), content, mode)
    except OSError as error:
        raise UsageError(f"{_error_text(path, error)} Nothing was written there.") from None


def write_each(texts: Iterable[tuple[Path, str]]) -> None:
    """Write every file that can be written, then raise an error if some could not.

    Raises:
        UsageError: Some files could not be written; the message also lists the files that were written.
    """
    errors: list[str] = []
    written: list[str] = []
    for path, text in texts:
        try:
            _write_atomically(path.resolve(), text, 0o644)
        except OSError as error:
            errors.append(_error_text(path, error))
        else:
            written.append(repr(str(path.resolve())))
    if errors:
        outcome = f"Written: {', '.join(written)}." if written else "Nothing was written there."
        raise UsageError(" ".join([*errors, outcome]))


def refuse_unwritable(path: Path) -> None:
    """Raise an error, before a long run, if its report could not be written to *path*.

    Raises:
        UsageError: The folder does not exist or is not writable, or *path* is a folder.
    """
    path = path.resolve()
    if path.exists() and not path.is_file() and not path.is_dir():
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as error:
            raise UsageError(f"{_error_text(path, error)} Start its reader first, or give another path.") from None
        return
    if path.is_dir():
        raise UsageError(f"Cannot write {str(path)!r}: it is a folder. Give a file in it.")
    if not path.parent.is_dir():
        raise UsageError(f"Cannot write {str(path)!r}: there is no folder {str(path.parent)!r}. Create it first.")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"Cannot write {str(path)!r}: the folder is not writable. Give another path.")


def _write_atomically(path: Path, text: str | bytes, mode: int) -> None:
    content = text.encode() if isinstance(text, str) else text
    if path.exists() and not path.is_file():
        # A device or a pipe is written to directly, because moving a file to its path would replace it.
        # A pipe without a reader is an error, instead of a wait for one.
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        os.set_blocking(descriptor, True)
        with os.fdopen(descriptor, "wb") as device:
            device.write(content)
        return
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # The umask of the process applies to the mode, as for every new file.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _error_text(path: Path, error: OSError) -> str:
    return f"Cannot write {str(path.resolve())!r}: {error.strerror or error}."
