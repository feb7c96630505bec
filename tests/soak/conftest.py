"""Fixtures that run soak tests in a separate process, as users do."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from tests.paths import ROOT, SOURCE

REFERENCE = ROOT / "examples" / "reference_app" / "fiskil-harness.toml"
SMALL = ("--duration", "10", "--rate", "10", "--end-users", "4", "--users", "12", "--lives", "0", "--settle", "30")


class Soaked(Struct, frozen=True):
    """A finished soak test: its exit code, its report as JSON, and what it printed."""

    code: int
    report: dict[str, Any]
    text: str

    def verdict(self, check: str) -> str:
        """Return the verdict of one check."""
        return str(self.finding(check)["verdict"])

    def finding(self, check: str) -> dict[str, Any]:
        """Return the finding of one check."""
        findings: list[dict[str, Any]] = self.report["findings"]
        return next(finding for finding in findings if finding["probe"] == check)


class Soaking:
    """A soak test in its own process."""

    def __init__(self, process: "subprocess.Popen[str]", report: Path) -> None:
        self.process = process
        self._report = report
        self._lines: list[str] = []

    def wait_for(self, words: str) -> str:
        """Read the program's notes until one contains *words*, and return it."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.append(line)
            if words in line:
                return line
        pytest.fail(f"no note contains {words!r}: {''.join(self._lines)}")

    def finish(self) -> Soaked:
        """Wait for the end, and return the result."""
        out, err = self.process.communicate(timeout=180)
        text = "".join(self._lines) + err + out
        report = json.loads(self._report.read_text())["soak"] if self._report.exists() else {}
        return Soaked(self.process.returncode, report, text)


Begin = Callable[..., Soaking]


@pytest.fixture
def begin(tmp_path: Path, measured: dict[str, str]) -> Iterator[Begin]:
    """Yield a function that starts ``fiskil-harness soak``; the process is killed at the end."""
    started: list[subprocess.Popen[str]] = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = os.environ | measured | {"PYTHONPATH": str(SOURCE), "TMPDIR": str(temporary), "COLUMNS": "100"}

    def run(*arguments: str, config: Path | None = REFERENCE) -> Soaking:
        report = tmp_path / f"report-{len(started)}.json"
        options = ["--config", str(config), "--json", str(report)] if config else []
        command = [sys.executable, "-m", "fiskil_harness", "soak", *options, *arguments]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True)
        started.append(process)
        return Soaking(process, report)

    yield run
    for process in started:
        process.kill()
        process.communicate()
