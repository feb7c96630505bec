"""Reads the JSON reports of earlier runs: baselines, and the parts of a gate."""

from pathlib import Path

import msgspec

from fiskil_harness.errors import UsageError
from fiskil_harness.gate.judgement import FORMAT, GateResult


class _Head(msgspec.Struct):
    format: str = ""


def read(path: Path) -> GateResult:
    """The report in the file at *path*.

    Raises:
        UsageError: It cannot be read, is no report of ours, or is one of another version.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The report {str(path)!r} cannot be read: {error.strerror}.") from None
    try:
        told = msgspec.json.decode(raw, type=_Head).format
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UsageError(f"{str(path)!r} is no report. `fiskil-harness gate --json FILE` writes one.") from None
    if not told.startswith(FORMAT.rpartition("/")[0]):
        raise UsageError(f"{str(path)!r} is no report of fiskil-harness. `fiskil-harness gate --json FILE` writes one.")
    if told != FORMAT:
        raise UsageError(f"{str(path)!r} has the format {told!r}; this version reads {FORMAT!r}. Make it again.")
    try:
        return msgspec.json.decode(raw, type=GateResult)
    except msgspec.MsgspecError as error:
        reason = str(error).replace("`", "'")
        raise UsageError(f"{str(path)!r} is no whole report: {reason}. Make it again.") from None
