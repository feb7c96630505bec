"""Python's development mode: nothing calls an event loop from another thread, and no warning ends a run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT, SOURCE

DEV = {"PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1", "PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}"}


def dev_mode(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a module in development mode."""
    command = [sys.executable, "-X", "dev", "-m", *arguments]
    return subprocess.run(command, cwd=folder, env=os.environ | DEV, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.slow
def test_a_run_passes_in_development_mode(tmp_path: Path) -> None:
    """A correct app passes, also with faults on connections."""
    scenarios = ("happy_path", "webhook_repeated", "api_briefly_unreachable")

    done = dev_mode("fiskil_harness", "run", *scenarios, "--gallery", "reference_app", folder=tmp_path)

    assert "3 scenarios: 3 pass." in done.stdout, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.long
@pytest.mark.slow
def test_a_test_file_passes_in_development_mode(tmp_path: Path) -> None:
    """The tests of the local Fiskil, which open every server."""
    test_file = str(ROOT / "tests" / "server" / "test_local_fiskil.py")

    done = dev_mode("pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider", test_file, folder=ROOT)

    assert done.returncode == 0, done.stdout
