"""docs/gate.md agrees with the program: its commands and configs are valid, and its exit codes are the program's."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from fiskil_harness.cli.main import program
from fiskil_harness.core.config import parse
from tests.paths import DOCS

PAGE = (DOCS / "gate.md").read_text(encoding="utf-8")
COMMANDS = [line[2:].partition("#")[0] for line in PAGE.splitlines() if line.startswith("$ ")]
CONFIGS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_valid(line: str) -> None:
    """Each command of the page exists and has the options shown."""
    _, name, *arguments = shlex.split(line)

    command = program.get_command(click.Context(program), name)

    assert command is not None
    assert command.make_context(name, arguments).params


@pytest.mark.parametrize("text", CONFIGS)
def test_every_config_is_valid(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each config of the page has known keys and valid values."""
    monkeypatch.setenv("FISKIL_WEBHOOK_SECRET", "c2VjcmV0")

    assert parse(tomllib.loads(text), folder=Path())


def test_the_page_lists_all_exit_codes() -> None:
    """The page lists the six exit codes and has twelve commands."""
    assert re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]
    assert len(COMMANDS) == 12
