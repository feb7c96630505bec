"""The ``init`` command: writes a commented config."""

from pathlib import Path

import click

from fiskil_harness.cli import options

SCHEMA = "fiskil-harness.schema.json"
PYTHON_COMMAND, NODE_COMMAND = 'command = "python -m my_app --port {port}"', 'command = "node server.js"'
"""The command in the template, and the one for a folder with an app in JavaScript, which gets its port as a variable."""


@click.command(epilog=options.examples("fiskil-harness init", "fiskil-harness init my_app/", "fiskil-harness init --schema"))
@click.argument("folder", metavar="[FOLDER]", type=options.FILE, default=Path())
@click.option("--schema", "has_schema", is_flag=True, help="Also write a JSON schema of the config, which editors read.")
def init_command(folder: Path, has_schema: bool) -> int:
    """Write a commented fiskil-harness.toml into FOLDER (default: the current folder). An existing file is not changed.

    With --schema, editors with taplo or Even Better TOML complete and check the keys of the config.

    \f
    Raises:
        UsageError: A file exists already, or cannot be written.
    """
    from fiskil_harness.cli.app_identity import language_in
    from fiskil_harness.core import catalog
    from fiskil_harness.core.config import FILE
    from fiskil_harness.errors import UsageError
    from fiskil_harness.gate.report import files

    path = folder / FILE
    text = (Path(__file__).parent / "template" / FILE).read_text(encoding="utf-8")
    if language_in(folder) == "JavaScript":
        text = text.replace(PYTHON_COMMAND, NODE_COMMAND).replace('#: PORT = "{port}"', 'PORT = "{port}"')
    schema = folder / SCHEMA
    for file in (path, schema) if has_schema else (path,):
        if file.exists() or file.is_symlink():
            raise UsageError(f"{str(file)!r} already exists and was not changed. Give another folder, or edit the file.")
    if has_schema:
        files.write(schema, (catalog.folder("fixtures") / "schemas" / "config.schema.json").read_text(encoding="utf-8"))
        text = f"#:schema ./{SCHEMA}\n{text}"
    files.write(path, text)
    click.echo(f"Wrote {path}. Fill in the command of your app, then run: fiskil-harness doctor")
    return 0
