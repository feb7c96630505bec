"""Errors of the operating system that the reader can repair: a full disk, a missing folder, too many open files."""

import errno
import os
import tempfile

_ADVICE = {
    errno.ENOSPC: "Free some space, or set TMPDIR to another folder.",
    errno.EDQUOT: "Free some space, or set TMPDIR to another folder.",
    errno.EROFS: "Set TMPDIR to a folder that can be written to.",
    errno.EMFILE: "Raise the limit on open files (`ulimit -n`), or use fewer workers.",
    errno.ENFILE: "Close other programs, or use fewer workers.",
}


def problem_of(error: OSError) -> str:
    """Return a sentence about *error* and what to do; "" if the error may be a fault of the harness."""
    if error.errno in _ADVICE:
        place = f" at {error.filename!r}" if error.filename else ""
        return f"{error.strerror}{place}. {_ADVICE[error.errno]}"
    if isinstance(error, FileNotFoundError | PermissionError):
        if not _has_working_folder():
            return "The working folder does not exist any more. Change to another folder."
        if not _has_temporary_folder():
            return "There is no folder for temporary files. Set TMPDIR to a folder that can be written to."
    return ""


def _has_working_folder() -> bool:
    try:
        return bool(os.getcwd())  # noqa: PTH109 - the same check as Path.cwd(), as a text
    except OSError:
        return False


def _has_temporary_folder() -> bool:
    try:
        return os.access(tempfile.gettempdir(), os.W_OK | os.X_OK)
    except OSError:
        return False
