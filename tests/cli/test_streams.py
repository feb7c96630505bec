"""Output that is gone, full or closed: the exit code stays that of the verdict, and what was written is told truly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sampling import first

pytestmark = pytest.mark.slow

PROGRAM = [sys.executable, "-m", "fiskil_harness"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["run", "thrice.py"], 0), (["list", "scenarios"], 0), (["--help"], 0), (["list", "faultz"], 2)],
)
@pytest.mark.parametrize("unbuffered", first(1, ["", "1"]))
def test_a_reader_that_has_gone_changes_no_exit_code(
    project: Path, environment: dict[str, str], arguments: list[str], code: int, unbuffered: str
) -> None:
    """What nobody reads is dropped; what there is to say on standard error is said."""
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as pipe:
        answer = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=project,
            env=environment | {"PYTHONUNBUFFERED": unbuffered},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert answer.returncode == code
    assert "Traceback" not in answer.stderr
    assert "standard output" not in answer.stderr


def test_a_reader_that_has_gone_does_not_hide_a_violation(project: Path, environment: dict[str, str]) -> None:
    """The verdict is 1 because the app is flawed, on both streams; the report file is written all the same."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace('FLAW = ""', 'FLAW = "no_dedupe"'))
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as pipe:
        command = [*PROGRAM, "run", "thrice.py", "--json", "report.json"]
        answer = subprocess.run(command, cwd=project, env=environment, stdout=pipe, stderr=pipe, check=False)

    assert answer.returncode == 1
    assert (project / "report.json").is_file()


@pytest.mark.parametrize("closing", first(2, ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]))
def test_a_closed_stream_changes_nothing(project: Path, environment: dict[str, str], closing: str) -> None:
    """No socket takes the place of a stream, and no temporary folder is left."""
    command = ["sh", "-c", f'exec "$@" {closing}', "sh", *PROGRAM, "run", "thrice.py"]

    answer = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    assert answer.returncode == 0
    assert "Traceback" not in answer.stderr
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize(
    "arguments", first(1, [["list"], ["--help"], ["list", "practices"], ["run", "thrice.py", "--json", "a.json"]])
)
def test_a_full_disk_under_standard_output_is_one_sentence(
    project: Path, environment: dict[str, str], arguments: list[str]
) -> None:
    """Exit 2 with the reason of the system, and no traceback."""
    with Path("/dev/full").open("wb") as full:
        command = [*PROGRAM, *arguments]
        answer = subprocess.run(
            command, cwd=project, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == "Cannot write to standard output: No space left on device."
    assert "Traceback" not in answer.stderr


def test_a_full_disk_under_standard_error_is_no_fault_of_the_app(project: Path, environment: dict[str, str]) -> None:
    """Progress that cannot be shown changes no verdict."""
    with Path("/dev/full").open("wb") as full:
        command = [*PROGRAM, "run", "thrice.py"]
        answer = subprocess.run(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )

    assert answer.returncode == 0
    assert "thrice" in answer.stdout


def test_reports_that_were_written_are_named_when_one_was_not(project: Path, environment: dict[str, str]) -> None:
    """Exit 2; the reports before and after the full disk are there, and the message says so."""
    reports = ["--json", "report.json", "--html", "/dev/full", "--markdown", "report.md"]

    command = [*PROGRAM, "run", "thrice.py", *reports]
    answer = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    written = [str(project / name) for name in ("report.json", "report.md")]
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == (
        f"Cannot write '/dev/full': No space left on device. Written: {written[0]!r}, {written[1]!r}."
    )
    assert all(Path(name).stat().st_size for name in written)
