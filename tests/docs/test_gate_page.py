"""docs/gate.md speaks the truth: its commands parse, its configs are configs, and its exit codes are those of the help."""

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
def test_every_command_is_understood(line: str) -> None:
    """No option has been renamed since."""
    _, name, *arguments = shlex.split(line)

    command = program.get_command(click.Context(program), name)

    assert command is not None
    assert command.make_context(name, arguments).params


@pytest.mark.parametrize("text", CONFIGS)
def test_every_config_is_one(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, dates and names are real."""
    monkeypatch.setenv("FISKIL_WEBHOOK_SECRET", "c2VjcmV0")

    assert parse(tomllib.loads(text), folder=Path())


def test_the_exit_codes_are_those_of_every_command() -> None:
    """Six of them."""
    assert re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE) == ["0", "1", "2", "3", "4", "130"]
    assert len(COMMANDS) == 6
