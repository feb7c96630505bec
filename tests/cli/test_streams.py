"""Standard streams that are closed, full or without a reader: the exit code is still that of the verdict."""

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
def test_a_closed_pipe_does_not_change_the_exit_code(
    project: Path, environment: dict[str, str], arguments: list[str], code: int, unbuffered: str
) -> None:
    """Output to the closed pipe is dropped without a traceback."""
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as pipe:
        completed = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=project,
            env=environment | {"PYTHONUNBUFFERED": unbuffered},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert completed.returncode == code
    assert "Traceback" not in completed.stderr
    assert "standard output" not in completed.stderr


def test_a_closed_pipe_does_not_hide_a_violation(project: Path, environment: dict[str, str]) -> None:
    """The exit code is 1 because the app is flawed, and the report file is written."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace('FLAW = ""', 'FLAW = "no_dedupe"'))
    reading, writing = os.pipe()
    os.close(reading)

    with os.fdopen(writing, "wb") as pipe:
        command = [*PROGRAM, "run", "thrice.py", "--json", "report.json"]
        completed = subprocess.run(command, cwd=project, env=environment, stdout=pipe, stderr=pipe, check=False)

    assert completed.returncode == 1
    assert (project / "report.json").is_file()


@pytest.mark.parametrize("closing", first(2, ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]))
def test_a_closed_stream_does_not_disturb_a_run(project: Path, environment: dict[str, str], closing: str) -> None:
    """No socket receives the number of a closed stream, and no temporary folder is left."""
    command = ["sh", "-c", f'exec "$@" {closing}', "sh", *PROGRAM, "run", "thrice.py"]

    completed = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    assert completed.returncode == 0
    assert "Traceback" not in completed.stderr
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


@pytest.mark.parametrize(
    "arguments", first(1, [["list"], ["--help"], ["list", "practices"], ["run", "thrice.py", "--json", "a.json"]])
)
def test_a_full_disk_at_standard_output_is_one_sentence(
    project: Path, environment: dict[str, str], arguments: list[str]
) -> None:
    """The exit code is 2, with the reason of the operating system and without a traceback."""
    with Path("/dev/full").open("wb") as full:
        command = [*PROGRAM, *arguments]
        completed = subprocess.run(
            command, cwd=project, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert completed.returncode == 2
    assert completed.stderr.splitlines()[-1] == "Cannot write to standard output: No space left on device."
    assert "Traceback" not in completed.stderr


def test_a_full_disk_at_standard_error_does_not_change_the_verdict(project: Path, environment: dict[str, str]) -> None:
    """Progress that cannot be shown is dropped."""
    with Path("/dev/full").open("wb") as full:
        command = [*PROGRAM, "run", "thrice.py"]
        completed = subprocess.run(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )

    assert completed.returncode == 0
    assert "thrice" in completed.stdout


def test_if_one_report_cannot_be_written_the_others_are(project: Path, environment: dict[str, str]) -> None:
    """The exit code is 2, and the message names the reports that were written."""
    reports = ["--json", "report.json", "--html", "/dev/full", "--markdown", "report.md"]

    command = [*PROGRAM, "run", "thrice.py", *reports]
    completed = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)

    written = [str(project / name) for name in ("report.json", "report.md")]
    assert completed.returncode == 2
    assert completed.stderr.splitlines()[-1] == (
        f"Cannot write '/dev/full': No space left on device. Written: {written[0]!r}, {written[1]!r}."
    )
    assert all(Path(name).stat().st_size for name in written)
