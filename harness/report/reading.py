"""Reads a JSON report of ours back; whatever is none is refused with what is wrong with it."""

from pathlib import Path
from typing import Any

import msgspec

from harness.errors import UsageError
from harness.gate import FORMAT, GateResult


def read(path: Path) -> GateResult:
    """The report in *path*.

    Raises:
        UsageError: The file cannot be read, is no JSON, no report, or one of another format version.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {str(path)!r}: {error.strerror or error}.") from None
    try:
        plain: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{str(path)!r} is no JSON: {error}. Give a report that was written with --json.") from None
    told = plain.get("format") if isinstance(plain, dict) else None
    if told != FORMAT:
        what = f"has format {told!r}" if told else "is no report of the harness"
        raise UsageError(f"{str(path)!r} {what}; this version reads {FORMAT!r}. Give a report that was written with --json.")
    try:
        return msgspec.convert(plain, GateResult)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{str(path)!r} does not fit {FORMAT}: {error}. It was altered, or written by another tool."
        ) from None
