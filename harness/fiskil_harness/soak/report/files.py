"""Writes the reports of a soak test to files."""

import sys
from pathlib import Path

import msgspec

from fiskil_harness.errors import UsageError
from fiskil_harness.soak.request import SoakResult

STANDARD_OUTPUT = Path("-")


def refuse_unwritable(*paths: Path | None) -> None:
    """Check before the run that every report can be written.

    Raises:
        UsageError: A folder does not exist.
    """
    for path in paths:
        if path is not None and path != STANDARD_OUTPUT and not path.absolute().parent.is_dir():
            raise UsageError(f"The folder of {path} does not exist. Create it, or choose another file.")


def write(result: SoakResult, *, json_path: Path | None, html_path: Path | None) -> None:
    """Write the requested reports."""
    if json_path == STANDARD_OUTPUT:
        sys.stdout.write(as_json(result))
    elif json_path is not None:
        _replace(json_path, as_json(result))
    if html_path is not None:
        from fiskil_harness.soak.report.html import render

        _replace(html_path, render(result))


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; a device such as /dev/stdout is written directly."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def as_json(result: SoakResult) -> str:
    """Return the report as JSON."""
    return msgspec.json.format(msgspec.json.encode({"soak": result}, enc_hook=str), indent=2).decode() + "\n"
