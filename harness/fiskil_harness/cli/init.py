"""The ``init`` command: writes a commented config."""

from pathlib import Path

import click

from fiskil_harness.cli import options


@click.command(epilog=options.examples("fiskil-harness init", "fiskil-harness init my_app/"))
@click.argument("folder", metavar="[FOLDER]", type=options.FILE, default=Path())
def init_command(folder: Path) -> int:
    """Write a commented fiskil-harness.toml into FOLDER (default: the current folder). An existing file is not changed.

    \f
    Raises:
        UsageError: The file exists already, or cannot be written.
    """
    from fiskil_harness.core.config import FILE
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files

    path = folder / FILE
    text = (Path(__file__).parent / "template" / FILE).read_text(encoding="utf-8")
    if path.exists() or path.is_symlink():
        raise UsageError(f"{str(path)!r} already exists and was not changed. Give another folder, or edit the file.")
    files.write(path, text)
    click.echo(f"Wrote {path}. Fill in the command of your app, then run: fiskil-harness doctor")
    return 0
