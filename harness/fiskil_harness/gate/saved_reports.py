"""Reads the JSON reports of earlier runs: baselines, and the shards of a gate."""

from pathlib import Path

import msgspec

from fiskil_harness.errors import UsageError
from fiskil_harness.gate.judgement import FORMAT, GateResult


class _Head(msgspec.Struct):
    format: str = ""


def read(path: Path) -> GateResult:
    """Return the report in the file at *path*.

    Raises:
        UsageError: The file cannot be read, is not a report of fiskil-harness, or has another format version.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"The report {str(path)!r} cannot be read: {error.strerror}.") from None
    try:
        file_format = msgspec.json.decode(raw, type=_Head).format
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise UsageError(f"{str(path)!r} is not a report. `fiskil-harness gate --json FILE` writes one.") from None
    if not file_format.startswith(FORMAT.rpartition("/")[0]):
        raise UsageError(f"{str(path)!r} is not a report of fiskil-harness. `fiskil-harness gate --json FILE` writes one.")
    if file_format != FORMAT:
        raise UsageError(
            f"{str(path)!r} has the format {file_format!r}, and this version reads {FORMAT!r}: create the report again."
        )
    try:
        return msgspec.json.decode(raw, type=GateResult)
    except msgspec.MsgspecError as error:
        reason = str(error).replace("`", "'")
        raise UsageError(f"{str(path)!r} is not a complete report: {reason}. Create it again.") from None
