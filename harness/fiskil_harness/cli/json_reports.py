"""The JSON reports of commands that decide about no gate; their schemas are in ``fixtures/schemas``.

With ``-`` as the file, standard output gets the JSON and nothing else.
"""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

STANDARD_OUTPUT = Path("-")


@contextlib.contextmanager
def texts_beside(path: Path | None) -> Iterator[None]:
    """Inside the block, texts for readers go to standard error if standard output gets the JSON report.

    Raises:
        UsageError: The report cannot be written to *path*. The block does not run then.
    """
    from fiskil_harness.gate.report import files

    if path is not None and path != STANDARD_OUTPUT:
        files.refuse_unwritable(path)
    with contextlib.redirect_stdout(sys.stderr) if path == STANDARD_OUTPUT else contextlib.nullcontext():
        yield


def write(report: Any, path: Path | None) -> None:
    """Write *report* as indented JSON to *path*, or to standard output if *path* is ``-``; do nothing if it is None.

    Raises:
        UsageError: The file cannot be written.
    """
    import msgspec

    from fiskil_harness.core.printable import json_text
    from fiskil_harness.gate.report import files

    if path is None:
        return
    text = json_text(msgspec.json.format(msgspec.json.encode(report, order="deterministic"), indent=2).decode()) + "\n"
    if path == STANDARD_OUTPUT:
        click.echo(text, nl=False)
    else:
        files.write(path, text)
