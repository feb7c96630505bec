"""The wheel, installed in a clean environment, contains everything it needs and no name that could collide."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ``bin`` folder of an environment with only the wheel and its requirements."""
    folder = tmp_path_factory.mktemp("clean")
    run([sys.executable, "-m", "venv", str(folder)], cwd=folder)
    run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)], cwd=folder)
    return folder / "bin"


def run(command: list[str], *, cwd: Path) -> str:
    """Run a command and return its output; a failure shows the output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "COVERAGE"))}
    completed = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_adds_one_package(wheel: Path) -> None:
    """The wheel installs only ``fiskil_harness`` into site-packages: no fixtures, scenarios or tests beside it."""
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert names == {"fiskil_harness", next(name for name in names if name.endswith(".dist-info"))}


def test_contains_the_guide_for_programs(wheel: Path) -> None:
    """The command ``agent`` prints it."""
    assert "fiskil_harness/cli/template/SKILL.md" in zipfile.ZipFile(wheel).namelist()


def test_requirements_are_ranges(wheel: Path) -> None:
    """No requirement is pinned, because pinned ones conflict with those of other libraries."""
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()

    requirements = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]

    assert requirements
    assert not [line for line in requirements if "==" in line.partition(";")[0]]


@pytest.mark.long
@pytest.mark.slow
def test_runs_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed command finds its scenarios, fixtures and examples from any folder."""
    output = run([str(clean / "fiskil-harness"), "list", "scenarios"], cwd=tmp_path)

    assert "happy_path" in output


@pytest.mark.full
def test_demo_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed command runs the demo."""
    output = run([str(clean / "fiskil-harness"), "demo"], cwd=tmp_path)

    assert "open for" in output
