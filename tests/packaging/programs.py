"""Programs that packaging tests run, without the environment variables of the tests."""

import os
import subprocess
from pathlib import Path


def clean_environment() -> dict[str, str]:
    """Return the environment variables without those of the tests."""
    names = ("PYTHON", "COV", "COVERAGE", "MAKE", "SOURCE_DATE")
    return {key: value for key, value in os.environ.items() if not key.startswith(names)}


def run(command: list[str], *, cwd: Path, **variables: str) -> str:
    """Run a command with more environment *variables* and return its output; a failure shows the output."""
    environment = clean_environment() | variables
    completed = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout
