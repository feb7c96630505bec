"""The GitHub action in ``action.yml``: it installs from its own checkout, and passes its inputs to the gate."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from fiskil_harness.cli.main import program
from tests.docs.blocks import blocks
from tests.paths import DOCS, ROOT

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
GATE = """#!/bin/sh
printf '%s\\n' "$@" >>"$CALLS"
echo "The gate is shut" >"$RUNNER_TEMP/fiskil-report/report.md"
exit 3
"""


class Runner:
    """A runner that performs the steps of the action."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def perform(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run the step *name* with *inputs*, in which ``_`` stands for ``-``; other inputs have their defaults."""
        values = {key: declared["default"] for key, declared in ACTION["inputs"].items()}
        values |= {key.replace("_", "-"): value for key, value in inputs.items()}
        step = STEPS[name]
        variables = {
            key: re.sub(r"\$\{\{ inputs\.(\S+) \}\}", lambda match: values[match[1]], text)
            for key, text in step["env"].items()
        }
        environment = os.environ | {
            "RUNNER_TEMP": str(self.folder),
            "CALLS": str(self.folder / "calls"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        names = [key for key in environment if not key.startswith(("PYTHON", "COV"))]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env={key: environment[key] for key in names} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        """Return the arguments that the gate was called with."""
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Return a runner on which a program in place of the harness records its arguments and exits with 3."""
    programs = tmp_path / "fiskil-harness" / "bin"
    programs.mkdir(parents=True)
    (programs / "fiskil-harness").write_text(GATE)
    (programs / "fiskil-harness").chmod(0o755)
    return Runner(tmp_path)


def test_the_page_uses_it_at_a_commit() -> None:
    """The example has permissions for its job, known inputs, and other actions as in the recipe."""
    (block,) = blocks((DOCS / "ci.md").read_text(encoding="utf-8"), "yaml")
    recipe = (ROOT / "examples" / "ci" / "github-actions.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(block.text)["jobs"].values()
    (step,) = [step for step in job["steps"] if step.get("id") == "gate"]
    others = [other["uses"] for other in job["steps"] if "uses" in other and other != step]

    assert job["permissions"] == {"contents": "read"}
    assert [action for action in others if action not in recipe] == []
    assert re.fullmatch(r"example/fiskil-harness@[0-9a-f]{40}", step["uses"])
    assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_page_has_every_input() -> None:
    """The table of inputs in docs/ci.md is complete."""
    page = (DOCS / "ci.md").read_text(encoding="utf-8")

    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE) == list(ACTION["inputs"])
    assert all(f"`{name}`" in page for name in ACTION["outputs"])


def test_it_uses_no_other_action() -> None:
    """Each step is a script of bash; nothing comes from another repository."""
    assert ACTION["runs"]["using"] == "composite"
    assert [step["shell"] for step in STEPS.values()] == ["bash", "bash"]
    assert not [name for name, step in STEPS.items() if "uses" in step]


def test_no_input_becomes_part_of_a_script() -> None:
    """Scripts get inputs as environment variables, so text in an input is never run."""
    assert not [name for name, step in STEPS.items() if "${{" in step["run"]]


def test_it_installs_its_own_checkout_alone() -> None:
    """Nothing is installed by name, and the versions are those of ``constraints.txt``."""
    script = STEPS["Install"]["run"]

    assert re.findall(r"pip install (?:--\S+ )*(.*)", script) == ['"$GITHUB_ACTION_PATH[browser,monitoring,speed]"']
    assert 'PIP_CONSTRAINT="$GITHUB_ACTION_PATH/constraints.txt"' in script


def test_the_gate_gets_the_inputs(runner: Runner) -> None:
    """Each argument is one of the command ``gate``; no character of an input has a meaning to the shell."""
    runner.perform("Gate", config="my app.toml", fast="true", arguments="--seed 7  --expect $(id),*")

    name, *arguments = runner.calls()
    command = program.get_command(click.Context(program), name)
    assert command is not None
    assert command.make_context(name, [*arguments]).params
    assert arguments[8:] == ["--config", "my app.toml", "--fast", "--seed", "7", "--expect", "$(id),*"]


def test_the_default_is_the_whole_gate(runner: Runner) -> None:
    """Without inputs the gate only writes its reports."""
    runner.perform("Gate")

    names = [word for word in runner.calls() if word.startswith("--")]
    assert names == ["--json", "--html", "--junit", "--markdown"]


def test_a_shut_gate_fails_the_step(runner: Runner) -> None:
    """The step has the exit code of the gate; outputs and summary are written all the same."""
    completed = runner.perform("Gate")

    assert completed.returncode == 3
    report = runner.folder / "fiskil-report"
    assert (runner.folder / "output").read_text() == f"report={report}\nexit-code=3\n"
    assert (runner.folder / "summary").read_text() == "The gate is shut\n"


def test_an_old_python_is_refused(runner: Runner) -> None:
    """The message names the input to set."""
    old = runner.folder / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    completed = runner.perform("Install", python=str(old))

    assert completed.returncode == 2
    assert completed.stdout == "::error::fiskil-harness needs Python 3.11 or newer. Set the input python.\n"


@pytest.mark.long
@pytest.mark.slow
def test_the_installed_harness_has_the_gate(tmp_path: Path) -> None:
    """Both steps run on a machine with Python alone."""
    runner = Runner(tmp_path)

    installed = runner.perform("Install", python=sys.executable)
    shown = runner.perform("Gate", arguments="--help")

    assert installed.returncode == 0, installed.stderr
    assert shown.returncode == 0, shown.stderr
    assert "Usage: fiskil-harness gate" in shown.stdout
