"""The CI recipes in ``examples/ci``: every command is valid, and the jobs work together."""

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
    """Yield every line that a job of GitHub or GitLab runs."""
    yield from (step["run"] for step in job.get("steps", ()) if "run" in step)
    yield from job.get("script", ())


LINES = [
    line for job in (*GITHUB["jobs"].values(), *GITLAB_JOBS.values()) for line in lines_of(job) if "fiskil-harness" in line
]
COMMANDS = [line for line in LINES if line.startswith("fiskil-harness ")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_valid(line: str) -> None:
    """Every command and option exists."""
    filled = re.sub(r"\$\{\{[^}]*\}\}|\$CI_NODE_\w+", "1", line)
    _, name, *arguments = shlex.split(filled)

    command = program.get_command(click.Context(program), name)

    assert command is not None
    assert command.make_context(name, arguments).params


def test_both_recipes_have_the_same_jobs() -> None:
    """The jobs are a fast gate, a whole one, shards, their merge, and scenarios as tests."""
    assert set(GITHUB["jobs"]) == set(GITLAB_JOBS) == {"fast", "gate", "shard", "merged", "scenarios"}
    assert len(COMMANDS) == 8


@pytest.mark.parametrize("recipe", ["github-actions.yml", "gitlab-ci.yml"])
def test_the_harness_is_installed_from_an_address_with_a_digest(recipe: str) -> None:
    """No recipe installs the harness by name: an attacker could register that name at a package index."""
    text = (RECIPES / recipe).read_text(encoding="utf-8")

    assert re.findall(r"pip install (\S+)(?=.*-r requirements)", text)
    assert set(re.findall(r"pip install (\S+)", text)) <= {'"$FISKIL_HARNESS"', "pytest-split==0.11.0"}
    assert re.search(r'FISKIL_HARNESS: "fiskil-harness\[all\] @ https://\S+/v[\d.]+\.tar\.gz#sha256=[0-9a-f]{64}"', text)


def test_each_action_is_used_at_a_commit() -> None:
    """A tag can move to other code, so each action has 40 hexadecimal digits, and its version as a comment."""
    text = (RECIPES / "github-actions.yml").read_text(encoding="utf-8")

    used = re.findall(r"uses: *(.*)", text)

    assert len(used) == sum("uses" in step for job in GITHUB["jobs"].values() for step in job["steps"])
    assert [line for line in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []
    assert len({line.partition("@")[0] for line in used}) == len(set(used)) == 4


def test_each_job_has_its_own_permissions() -> None:
    """Every job reads the repository; only the gate, which comments, writes to pull requests."""
    assert GITHUB["permissions"] == {}
    assert {name: job["permissions"] for name, job in GITHUB["jobs"].items()} == {
        "fast": {"contents": "read"},
        "gate": {"contents": "read", "pull-requests": "write"},
        "shard": {"contents": "read"},
        "merged": {"contents": "read"},
        "scenarios": {"contents": "read"},
    }


def test_the_merge_waits_for_the_shards() -> None:
    """Both recipes run three shards before the merge."""
    jobs = GITHUB["jobs"]

    assert jobs["merged"]["needs"] == "shard"
    assert jobs["shard"]["strategy"]["matrix"]["shard"] == [1, 2, 3]
    assert GITLAB["merged"]["needs"] == ["shard"]
    assert GITLAB["shard"]["parallel"] == 3


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the reference app as a separate repository."""
    folder = tmp_path / "reference_app"
    shutil.copytree(catalog.folder("examples") / "reference_app", folder)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return folder


def shell(project: Path, line: str, **variables: str) -> int:
    """Run a line of a recipe like a CI runner; the summary is written to a file beside the project."""
    path = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment = os.environ | path | {"GITHUB_STEP_SUMMARY": str(project.parent / "summary.md")} | variables
    completed = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line], cwd=project, env=environment, timeout=900, check=False, capture_output=True
    )
    return completed.returncode


def of_github(job: str, **matrix: str) -> list[str]:
    """Return the lines of a job with *matrix* values, without those that install packages or call GitHub."""
    lines = [line for line in lines_of(GITHUB["jobs"][job]) if not line.startswith(("pip install", "gh "))]
    return [re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda match: matrix[match[1]], line) for line in lines]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_gate_of_github_opens(project: Path) -> None:
    """The jobs write the summary and the reports."""
    codes = [shell(project, line) for line in [*of_github("fast"), *of_github("gate")]]

    assert codes == [0, 0, 0]
    assert "The gate is open" in (project.parent / "summary.md").read_text()
    assert {path.name for path in project.glob("report.*")} == {"report.json", "report.html", "report.xml", "report.md"}


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_shards_of_gitlab_are_merged(project: Path) -> None:
    """Three shards give one open gate."""
    (line,) = GITLAB["shard"]["script"]
    codes = [shell(project, line, CI_NODE_INDEX=index, CI_NODE_TOTAL="3") for index in ("1", "2", "3")]

    merged = [shell(project, line) for line in GITLAB["merged"]["script"]]

    assert merged == [0]
    assert set(codes) <= {0, 3}
    assert "The gate is open" in (project / "report.md").read_text()


@pytest.mark.full
@pytest.mark.timeout(900)
def test_scenarios_are_split_as_tests(project: Path) -> None:
    """pytest-split treats scenarios like other tests."""
    codes = [shell(project, line) for line in of_github("scenarios", group="2")]

    assert codes == [0]
    assert (project / "scenarios2.xml").exists()
