"""The guide for programs: every command and every key in it exists, and its config is valid."""

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fiskil_harness.cli.explanations import TOPICS
from fiskil_harness.cli.main import program as whole_program
from fiskil_harness.core.config import parse
from fiskil_harness.gate.expectations import parse as parse_expected
from fiskil_harness.gate.judgement import Judgement, check
from fiskil_harness.gate.report.tasks import Task
from fiskil_harness.scenario.selection import select
from tests.cli.conftest import Program

GUIDE = CliRunner().invoke(whole_program, ["agent"]).output
SHELL = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
COMMANDS = [*"".join(SHELL).splitlines(), *re.findall(r"`(fiskil-harness [^`]*)`", GUIDE)]
[CONFIG] = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


def test_it_is_short_and_has_a_head() -> None:
    """A program reads the head of each guide, and the whole of those that it needs."""
    head = GUIDE.split("---\n")[1]

    assert [line.partition(":")[0] for line in head.splitlines()] == ["name", "description"]
    assert len(GUIDE.splitlines()) <= 120


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_valid(line: str) -> None:
    """Every command and option exists."""
    _, name, *arguments = shlex.split(line)
    command = whole_program.get_command(click.Context(whole_program), name)

    assert command is not None
    if isinstance(command, click.Group):
        name, *arguments = arguments
        command = command.commands[name]
    context = command.make_context(name, arguments)

    if name == "run":
        select(context.params["names"])
    if name == "explain":
        for each in context.params["names"]:
            assert any(each in names() for names, _ in TOPICS.values())
    parse_expected(context.params.get("expected", ()))


def test_a_baseline_is_compared_with_the_same_expectations() -> None:
    """A name that ``--expect`` no longer lists makes a gate looser, so the command could not succeed."""
    of_gates = [shlex.split(line) for line in COMMANDS if line.startswith("fiskil-harness gate ")]
    first, second = (line for line in of_gates if "--baseline" in line or "--expect" in line)

    assert first[first.index("--json") + 1] == second[second.index("--baseline") + 1]
    assert first[first.index("--expect") + 1] == second[second.index("--expect") + 1]


def test_its_config_is_valid(tmp_path: Path) -> None:
    """The gate accepts it."""
    settings = parse(tomllib.loads(CONFIG), folder=tmp_path, source="fiskil-harness.toml")

    check(settings)
    assert settings.app.observe.effects is not None


def test_the_keys_of_a_task_are_those_of_the_report() -> None:
    """The table names every key, except ``bugs``, and the keys of the result exist."""
    rows = [line for line in GUIDE.splitlines() if line.startswith("| `")]
    keys = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}

    assert keys == {*Task.__struct_fields__} - {"bugs"}
    assert {*re.findall(r"`result\.(\w+)`", GUIDE)} <= {*Judgement.__struct_fields__}


def test_the_loop_of_the_guide_works(program: Program, project: Path, configure: Callable[..., None]) -> None:
    """A flawed app fails, its task has the command that runs it again, and after the fix this command passes."""
    configure(flaw="no_dedupe")
    failed = program("run", "thrice.py", "--json", "report.json")

    (task,) = json.loads(program("report", "tasks", "report.json").stdout)
    configure()
    again = program(*shlex.split(task["again"])[1:])

    assert (failed.returncode, again.returncode) == (1, 0)
    assert (task["id"], task["rule"]["practices"]) == ("applies_once", ["webhooks.idempotent"])
    assert list(task["remedy"]["code"]) == ["Python"]
    assert task["requests"][0]["command"].startswith("curl ")
