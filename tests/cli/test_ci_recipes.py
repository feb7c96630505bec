"""The CI recipes that ship: every command in them is one of ours as it is, and together they do what they say."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from fiskil_harness.cli.main import program
from fiskil_harness.core import catalog

RECIPES = catalog.folder("examples") / "ci"
GITHUB = yaml.safe_load((RECIPES / "github-actions.yml").read_text(encoding="utf-8"))
GITLAB = yaml.safe_load((RECIPES / "gitlab-ci.yml").read_text(encoding="utf-8"))
GITLAB_JOBS = {name: job for name, job in GITLAB.items() if isinstance(job, dict) and "script" in job}


def lines_of(job: dict[str, Any]) -> Iterator[str]:
    """Every line that a job runs, whichever of the two it is written for."""
    yield from (step["run"] for step in job.get("steps", ()) if "run" in step)
    yield from job.get("script", ())


LINES = [
    line for job in (*GITHUB["jobs"].values(), *GITLAB_JOBS.values()) for line in lines_of(job) if "fiskil-harness" in line
]
OURS = [line for line in LINES if line.startswith("fiskil-harness ")]


@pytest.mark.parametrize("line", OURS)
def test_every_command_of_ours_is_understood(line: str) -> None:
    """No option has been renamed since."""
    filled = re.sub(r"\$\{\{[^}]*\}\}|\$CI_NODE_\w+", "1", line)
    _, name, *arguments = shlex.split(filled)

    command = program.get_command(click.Context(program), name)

    assert command is not None
    assert command.make_context(name, arguments).params


def test_there_are_both_kinds_for_both() -> None:
    """A whole gate, a fast one, shards that are merged, and scenarios as tests."""
    assert set(GITHUB["jobs"]) == set(GITLAB_JOBS) == {"fast", "gate", "shard", "merged", "scenarios"}
    assert len(OURS) == 8


def test_a_workflow_needs_what_it_needs() -> None:
    """Shards run before they are merged, and their parts find each other."""
    jobs = GITHUB["jobs"]

    assert jobs["merged"]["needs"] == "shard"
    assert jobs["shard"]["strategy"]["matrix"]["shard"] == [1, 2, 3]
    assert GITLAB["merged"]["needs"] == ["shard"]
    assert GITLAB["shard"]["parallel"] == 3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The reference app as a repository of its own."""
    folder = tmp_path / "reference_app"
    shutil.copytree(catalog.folder("examples") / "reference_app", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def shell(project: Path, line: str, **more: str) -> int:
    """Run a line of a recipe as a runner does; the summary goes to a file beside the project."""
    found = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment = os.environ | found | {"GITHUB_STEP_SUMMARY": str(project.parent / "summary.md")} | more
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], cwd=project, env=environment, timeout=900, check=False, capture_output=True
    )
    return done.returncode


def of_github(job: str, **matrix: str) -> list[str]:
    """The lines of a job, but for those that install and those that talk to GitHub, with the matrix filled in."""
    lines = [line for line in lines_of(GITHUB["jobs"][job]) if not line.startswith(("pip install", "gh "))]
    return [re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda found: matrix[found[1]], line) for line in lines]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_gate_of_github_opens(project: Path) -> None:
    """And leaves its summary and its reports."""
    codes = [shell(project, line) for line in [*of_github("fast"), *of_github("gate")]]

    assert codes == [0, 0, 0]
    assert "The gate is open" in (project.parent / "summary.md").read_text()
    assert {path.name for path in project.glob("report.*")} == {"report.json", "report.html", "report.xml", "report.md"}


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_shards_of_gitlab_are_merged(project: Path) -> None:
    """Three runners, one gate."""
    (line,) = GITLAB["shard"]["script"]
    codes = [shell(project, line, CI_NODE_INDEX=one, CI_NODE_TOTAL="3") for one in ("1", "2", "3")]

    merged = [shell(project, line) for line in GITLAB["merged"]["script"]]

    assert merged == [0]
    assert set(codes) <= {0, 3}
    assert "The gate is open" in (project / "report.md").read_text()


@pytest.mark.full
@pytest.mark.timeout(900)
def test_scenarios_are_split_as_tests(project: Path) -> None:
    """pytest-split takes what we collect for tests like others."""
    codes = [shell(project, line) for line in of_github("scenarios", group="2")]

    assert codes == [0]
    assert (project / "scenarios2.xml").exists()
