"""The program in a process of its own, as its users run it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.paths import APPS, SOURCE

MINE = '''"""A message is delivered three times."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("webhooks.idempotent",),
    steps=(steps.Authorise(), steps.Deliver(), steps.Retry("e0"), steps.Replay("e0")),
    probes=(probes.AppliesOnce(),),
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

Answer = subprocess.CompletedProcess[str]
Program = Callable[..., Answer]


@pytest.fixture
def environment(tmp_path: Path, measured: dict[str, str]) -> dict[str, str]:
    """The environment of the program: it finds the harness, and leaves its temporary folders where a test can look."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return os.environ | measured | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary), "COLUMNS": "80"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a config and a scenario of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "thrice.py").write_text(MINE)
    write_config(folder)
    return folder


@pytest.fixture
def program(project: Path, environment: dict[str, str]) -> Program:
    """Run ``fiskil-harness`` in the project's folder."""

    def run(*arguments: str, **more: str) -> Answer:
        command = [sys.executable, "-m", "fiskil_harness", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment | more, capture_output=True, text=True, timeout=500, check=False
        )

    return run


@pytest.fixture
def configure(project: Path) -> Callable[..., None]:
    """Change the project's config: another flaw, or more sections."""

    def change(*, flaw: str = "", more: str = "") -> None:
        write_config(project, flaw=flaw, more=more)

    return change


def write_config(folder: Path, *, flaw: str = "", more: str = "") -> None:
    """Write a config that runs the small receiver."""
    (folder / "fiskil-harness.toml").write_text(CONFIG.format(apps=APPS, flaw=flaw, more=more))
