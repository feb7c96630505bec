"""docs/extending.md agrees with the program: its files and configs are valid, and its commands print what it shows."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from fiskil_harness.cli.main import program
from fiskil_harness.cli.new import new_command
from fiskil_harness.core import plugins
from fiskil_harness.core.config import load_plugins
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.probes import PROBES
from tests.paths import DOCS, SOURCE

PAGE = (DOCS / "extending.md").read_text(encoding="utf-8")
PACKAGE = "fiskil_plugins"


class Block(NamedTuple):
    """A code block; ``path`` is the file whose content it shows, "" if it shows none."""

    path: str
    language: str
    text: str


BLOCKS = [
    Block(path, language, text)
    for path, language, text in re.findall(r"(?:^`([^`\n]+)`\n\n)?^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
]
COMMANDS = [
    line[2:] for block in BLOCKS if block.language == "console" for line in block.text.splitlines() if line[:2] == "$ "
]
NEW = [shlex.split(command)[2:] for command in COMMANDS if command.startswith("fiskil-harness new")]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make an empty folder the current one; nothing of its plugins is left after the test."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    plugins.unload()
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def write(block: Block) -> None:
    Path(block.path).parent.mkdir(parents=True, exist_ok=True)
    Path(block.path).write_text(block.text)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_valid(line: str) -> None:
    """Each command of the page exists and has the options shown."""
    name, *arguments = shlex.split(line)
    command = program.get_command(click.Context(program), arguments[0]) if name == "fiskil-harness" else None

    assert (name == "pytest") is (command is None)
    assert command is None or command.make_context(arguments[0], arguments[1:]).params


@pytest.mark.usefixtures("project")
def test_a_new_file_is_the_one_on_the_page() -> None:
    """The page shows what the command writes; only the scenario was changed, to use the new probe."""
    for kind, name in NEW:
        new_command.main([kind, name], standalone_mode=False)

    differing = [block.path for block in BLOCKS if Path(block.path).is_file() and Path(block.path).read_text() != block.text]

    assert [name for _, name in NEW if not Path(PACKAGE, f"{name}.py").is_file()] == []
    assert differing == [f"{PACKAGE}/message_after_a_day.py"]


@pytest.mark.usefixtures("project")
def test_every_plugin_of_the_page_is_registered() -> None:
    """The last config of the page loads all of its files, and its fault expression is read."""
    for block in BLOCKS:
        if block.path:
            write(block)

    load_plugins()

    assert {plugin.module for plugin in plugins.loaded()} == {
        f"{PACKAGE}.{path.stem}" for path in Path(PACKAGE).glob("*.py")
    }
    assert "acknowledges_with_204" in PROBES
    for block in BLOCKS:
        if block.language == "fault":
            assert text_of(*rules_of(block.text.strip())) == block.text.strip()


def test_every_table_is_toml() -> None:
    """Each TOML block is valid, the entry point's group too."""
    tables = [tomllib.loads(block.text) for block in BLOCKS if block.language == "toml"]

    assert [list(table["project"]["entry-points"]) for table in tables if "project" in table] == [[plugins.GROUP]]


@pytest.mark.long
@pytest.mark.slow
def test_a_new_user_gets_what_the_page_shows(tmp_path: Path, measured: dict[str, str]) -> None:
    """Every file is written and every command is run, in the order of the page; each line of output is printed."""
    environment = os.environ | measured | {"PYTHONPATH": str(SOURCE), "COLUMNS": "80"}
    missing: list[str] = []
    for block in BLOCKS:
        if block.path:
            (tmp_path / block.path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / block.path).write_text(block.text)
        for shown in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:] if block.language == "console" else ():
            command, _, output = shown.partition("\n")
            name, *arguments = shlex.split(command)
            module = "fiskil_harness" if name == "fiskil-harness" else name
            completed = subprocess.run(
                [sys.executable, "-m", module, *arguments],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert completed.returncode in {0, 1}, completed.stdout + completed.stderr
            missing += [line for line in output.splitlines() if line not in completed.stdout]

    assert missing == []
