"""A stop before each step: what is shown, how one goes on, and how one stops."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Answer = subprocess.CompletedProcess[str]
Type = Callable[..., Answer]

pytestmark = pytest.mark.slow


@pytest.fixture
def typing(project: Path, environment: dict[str, str]) -> Type:
    """Run ``fiskil-harness run`` while somebody types."""

    def run(typed: str, *more: str) -> Answer:
        command = [sys.executable, "-m", "fiskil_harness", "run", "thrice.py", "--pause", *more]
        return subprocess.run(
            command, cwd=project, env=environment, input=typed, capture_output=True, text=True, timeout=500, check=False
        )

    return run


def test_each_step_is_shown_before_it_is_done(typing: Type) -> None:
    """What comes next, and afterwards what happened, in lines of 80 columns and without a secret."""
    done = typing("\n\n\n\n")

    stops = [line for line in done.stderr.splitlines() if line.startswith("thrice, step ")]
    assert stops == [
        "thrice, step 1 of 4: authorise",
        "thrice, step 2 of 4: deliver",
        "thrice, step 3 of 4: retry e0",
        "thrice, step 4 of 4: replay e0",
    ]
    assert "webhook -> app   e0 attempt 1: 204" in done.stderr
    assert "thrice: every step is done" in done.stderr
    assert max(len(line) for line in done.stderr.replace("stops. ", "stops.\n").splitlines()) <= 80
    assert done.returncode in {0, 3}
    assert "PASS  thrice" in done.stdout


def test_the_rest_runs_on(typing: Type) -> None:
    """One key, and nobody is asked again."""
    done = typing("r\n")

    assert done.stderr.count("Enter goes on") == 1
    assert "thrice, step 4 of 4" in done.stderr


def test_whoever_looks_on_may_stop(typing: Type) -> None:
    """The report tells what was seen, and the exit code that it is not all."""
    done = typing("\nq\n")

    assert done.returncode == 130
    assert "thrice, step 2 of 4" in done.stderr
    assert "thrice, step 3 of 4" not in done.stderr


def test_without_anybody_everything_runs(typing: Type) -> None:
    """An input that ends is nobody's."""
    done = typing("")

    assert "thrice: every step is done" in done.stderr
    assert "PASS  thrice" in done.stdout


def test_several_workers_have_nobody_who_looks_on(typing: Type) -> None:
    """Refused before anything starts."""
    done = typing("", "--workers", "2")

    assert done.returncode == 2
    assert "--pause shows one app to one person" in done.stderr
