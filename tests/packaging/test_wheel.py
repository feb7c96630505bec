"""The wheel: installed in a clean environment it brings everything it needs, and nothing that could collide."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)], cwd=folder)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment with the wheel and its own requirements alone."""
    folder = tmp_path_factory.mktemp("clean")
    run([sys.executable, "-m", "venv", str(folder)], cwd=folder)
    run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)], cwd=folder)
    return folder / "bin"


def run(command: list[str], *, cwd: Path) -> str:
    """Run a command; its output is shown when it fails."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV", "COVERAGE"))}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_adds_one_package(wheel: Path) -> None:
    """Nothing lands beside ``fiskil_harness`` in site-packages: no fixtures, no scenarios, no tests."""
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert names == {"fiskil_harness", next(name for name in names if name.endswith(".dist-info"))}


def test_requirements_are_ranges(wheel: Path) -> None:
    """A library that pins its requirements cannot live beside others."""
    archive = zipfile.ZipFile(wheel)
    metadata = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()

    requirements = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]

    assert requirements
    assert not [line for line in requirements if "==" in line.partition(";")[0]]


@pytest.mark.long
@pytest.mark.slow
def test_runs_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed command finds its scenarios, fixtures and examples, wherever it is run."""
    listed = run([str(clean / "fiskil-harness"), "list", "scenarios"], cwd=tmp_path)

    assert "happy_path" in listed


@pytest.mark.full
def test_demo_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed demo is the demo."""
    shown = run([str(clean / "fiskil-harness"), "demo"], cwd=tmp_path)

    assert "open for" in shown
