"""The option --pause: what is shown before each step, and the keys to continue and to stop."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Completed = subprocess.CompletedProcess[str]
Type = Callable[..., Completed]

pytestmark = pytest.mark.slow


@pytest.fixture
def typing(project: Path, environment: dict[str, str]) -> Type:
    """Return a function that runs a scenario with --pause and keyboard input."""

    def run(keys: str, *arguments: str) -> Completed:
        command = [sys.executable, "-m", "fiskil_harness", "run", "thrice.py", "--pause", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, input=keys, capture_output=True, text=True, timeout=500, check=False
        )

    return run


def test_each_step_is_shown_before_it_is_done(typing: Type) -> None:
    """The next step is shown, and then what happened, in lines of at most 80 columns."""
    completed = typing("\n\n\n\n")

    stops = [line for line in completed.stderr.splitlines() if line.startswith("thrice, step ")]
    assert stops == [
        "thrice, step 1 of 5: authorise",
        "thrice, step 2 of 5: deliver",
        "thrice, step 3 of 5: repeat while idle",
        "thrice, step 4 of 5: retry e0",
        "thrice, step 5 of 5: replay e0",
    ]
    assert "webhook -> app   e0 attempt 1: 204" in completed.stderr
    assert "thrice: every step is done" in completed.stderr
    assert max(len(line) for line in completed.stderr.replace("stops. ", "stops.\n").splitlines()) <= 80
    assert completed.returncode in {0, 3}
    assert "PASS  thrice" in completed.stdout


def test_r_runs_to_the_end(typing: Type) -> None:
    """After the key r there is no further prompt."""
    completed = typing("r\n")

    assert completed.stderr.count("Enter continues") == 1
    assert "thrice, step 5 of 5" in completed.stderr


def test_q_stops_the_run(typing: Type) -> None:
    """The exit code is that of an interruption."""
    completed = typing("\nq\n")

    assert completed.returncode == 130
    assert "thrice, step 2 of 5" in completed.stderr
    assert "thrice, step 3 of 5" not in completed.stderr


def test_without_input_everything_runs(typing: Type) -> None:
    """At the end of the input, the run continues without a stop."""
    completed = typing("")

    assert "thrice: every step is done" in completed.stderr
    assert "PASS  thrice" in completed.stdout


def test_several_workers_are_refused(typing: Type) -> None:
    """The error occurs before anything starts."""
    completed = typing("", "--workers", "2")

    assert completed.returncode == 2
    assert "--pause follows one app" in completed.stderr
