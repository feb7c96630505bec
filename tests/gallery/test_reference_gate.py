"""The main job, whole: the gate on the reference app, from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import catalog

ROOT = Path(__file__).parent.parent.parent
CONFIG = catalog.folder("examples") / "reference_app" / "fiskil-harness.toml"


def gate(folder: Path, *, seed: int) -> tuple[int, dict[str, Any], str]:
    """The exit code, the report and what the terminal showed."""
    report = folder / f"{seed}.json"
    arguments = ["gate", "--config", str(CONFIG), "--seed", str(seed), "--workers", "2", "--json", str(report)]
    done = subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    return done.returncode, json.loads(report.read_text()), done.stdout


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_gate_opens_and_says_the_same_twice(tmp_path: Path) -> None:
    """Every scenario passes, everything that has an experiment is proven, and the same seed gives an equal result."""
    code, first, shown = gate(tmp_path, seed=11)
    again, second, _ = gate(tmp_path, seed=11)

    assert (code, again) == (0, 0), shown
    assert "The gate is open for 23 required of 49." in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert first["result"] == second["result"]
    assert first["run"]["began_at"] != second["run"]["began_at"]


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_opens_for_other_people_too(tmp_path: Path, seed: int) -> None:
    """Another seed brings other people, rows and plans, and the verdict stays."""
    code, _, shown = gate(tmp_path, seed=seed)

    assert code == 0, shown
