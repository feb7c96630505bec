"""The ``new`` command: writes a probe, step, fault or scenario of a team's own, and its test."""

import ast
import json
import keyword
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from string import Template

import click

from fiskil_harness.cli import options
from fiskil_harness.errors import UsageError

KINDS = ("probe", "step", "fault", "scenario")
FOLDER = Path("fiskil_plugins")
TEMPLATES = Path(__file__).parent / "template" / "new"
PACKAGE_TEXT = '"""Probes, steps, faults and scenarios of our own for fiskil-harness."""\n'
_NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST_LETTERS = 100
"""The maximum length of a name; file systems allow names of 255 bytes."""


@click.command(
    epilog=options.examples(
        "fiskil-harness new probe acknowledges_with_204",
        "fiskil-harness new scenario message_after_a_day --folder checks",
    )
)
@click.argument("kind", metavar="KIND", type=click.Choice(KINDS))
@click.argument("name", metavar="NAME")
@click.option(
    "--folder",
    metavar="FOLDER",
    type=options.FILE,
    default=FOLDER,
    help="The package to write into  [default: fiskil_plugins].",
)
def new_command(kind: str, name: str, folder: Path) -> int:
    """Write your own probe, step, fault or scenario, with a test. Both work as they are; no file is overwritten.

    \f
    Raises:
        UsageError: The name is malformed or taken, the folder is no package, or a file exists.
    """
    from fiskil_harness.core.config import load_plugins
    from fiskil_harness.core.plugins import loaded
    from fiskil_harness.gate.report import files

    load_plugins()
    _refuse_bad_name(kind, name)
    package = _package_of(folder)
    texts = {folder / f"{name}.py": kind, folder / f"test_{name}.py": f"test_{kind}"}
    for path in texts:
        if path.exists() or path.is_symlink():
            raise UsageError(f"{str(path)!r} already exists and was not changed. Give another name, or another --folder.")
    module = f"{package}.{name}"
    values = {"name": name, "class_name": _class_name(name), "module": module}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from None
    if not (folder / "__init__.py").exists():
        files.write(folder / "__init__.py", PACKAGE_TEXT)
    for path, template in texts.items():
        files.write(path, _text_of(template, values))
    listed = [*(plugin.module for plugin in loaded() if plugin.folder is not None), module]
    click.echo(f"Wrote {' and '.join(map(str, texts))}. This line of fiskil-harness.toml, above all tables, adds it:")
    click.echo(f"  plugins = {json.dumps(listed)}")
    click.echo(f"Then: pytest {folder}, and fiskil-harness list {kind}s {name}")
    return 0


def _refuse_bad_name(kind: str, name: str) -> None:
    """Raise UsageError unless *name* is a free name that is also the name of a module.

    Raises:
        UsageError: The name is malformed, or taken.
    """
    from fiskil_harness.core.catalog import opt_in_names, scenario_names
    from fiskil_harness.faults import FAULTS
    from fiskil_harness.probes import PROBES
    from fiskil_harness.scenario.steps import STEPS

    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name.startswith("test_"):
        raise UsageError(f"{name!r} cannot be the name of a {kind}. Use small letters, digits and underscores, as in a_b2.")
    if len(name) > MOST_LETTERS:
        raise UsageError(f"The name of a {kind} may have {MOST_LETTERS} characters, got {len(name)}.")
    class_name = _class_name(name)
    if kind != "scenario" and (keyword.iskeyword(class_name) or class_name in _imported_names(kind)):
        raise UsageError(
            f"{name!r} cannot be the name of a {kind}: its class would be {class_name!r}, which has another meaning in the "
            "files. Choose another name."
        )
    taken: dict[str, Collection[str]] = {"probe": PROBES, "step": STEPS, "fault": FAULTS}
    taken["scenario"] = [*scenario_names(), *opt_in_names()]
    if name in taken[kind]:
        raise UsageError(f"There is a {kind} {name!r} already. Choose another name; `list {kind}s` shows those that exist.")


def _class_name(name: str) -> str:
    return name.title().replace("_", "")


def _text_of(template: str, values: Mapping[str, str]) -> str:
    return Template((TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(values)


def _imported_names(kind: str) -> set[str]:
    """Return the names that the two files of a *kind* import."""
    values = {"name": "x", "class_name": "_", "module": "x"}
    nodes = [node for name in (kind, f"test_{kind}") for node in ast.walk(ast.parse(_text_of(name, values)))]
    return {
        alias.asname or alias.name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names
    }


def _package_of(folder: Path) -> str:
    """Return the name with which modules in *folder* are imported from the current folder.

    Raises:
        UsageError: The folder is not below the current folder, or its name is no name of a package.
    """
    parts = folder.parts
    if not parts or not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        raise UsageError(
            f"--folder {str(folder)!r} is no package below this folder. Use names of letters, digits and underscores."
        )
    return ".".join(parts)
