"""Fixtures that run the program in a separate process, as users do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.paths import APPS, SOURCE

SCENARIO = '''"""A message is delivered three times."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.RepeatWhileIdle(), steps.Retry("e0"), steps.Replay("e0")),
    probes=(probes.AppliesOnce(), probes.RepeatsNoWork()),
)
'''

CONFIG = """
[app]
command = "{{python}} {apps}/receiver.py {{port}}"
ready = "GET /healthz"
[app.env]
FISKIL_WEBHOOK_SECRET = "{{webhook_secret}}"
STORE = "{{workdir}}/store.json"
FLAW = "{flaw}"
[app.observe]
effects = "GET /effects"
[app.facts]
uses_events = ["*"]
{more}
"""

Completed = subprocess.CompletedProcess[str]
Program = Callable[..., Completed]


@pytest.fixture
def environment(tmp_path: Path, measured: dict[str, str]) -> dict[str, str]:
    """Return the environment of the program; its temporary folders are below *tmp_path*."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return os.environ | measured | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary), "COLUMNS": "80"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with a config and the file of a scenario."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "thrice.py").write_text(SCENARIO)
    write_config(folder)
    return folder


@pytest.fixture
def program(project: Path, environment: dict[str, str]) -> Program:
    """Return a function that runs ``fiskil-harness`` in the project's folder, with additional environment variables."""

    def run(*arguments: str, **variables: str) -> Completed:
        command = [sys.executable, "-m", "fiskil_harness", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment | variables, capture_output=True, text=True, timeout=500, check=False
        )

    return run


@pytest.fixture
def configure(project: Path) -> Callable[..., None]:
    """Return a function that changes the flaw in the project's config, or adds sections."""

    def change(*, flaw: str = "", more: str = "") -> None:
        write_config(project, flaw=flaw, more=more)

    return change


def write_config(folder: Path, *, flaw: str = "", more: str = "") -> None:
    """Write a config that starts the small receiver."""
    (folder / "fiskil-harness.toml").write_text(CONFIG.format(apps=APPS, flaw=flaw, more=more))
