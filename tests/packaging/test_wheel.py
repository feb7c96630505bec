"""The wheel, installed in a clean environment, contains everything it needs and no name that could collide."""

import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from tests.packaging.programs import clean_environment, run
from tests.paths import ROOT
from tools import environments


@pytest.fixture(scope="module")
def clean(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ``bin`` folder of an environment with the wheel, without extras, beside an app in Flask."""
    folder = tmp_path_factory.mktemp("clean")
    run([sys.executable, "-m", "venv", str(folder)], cwd=folder)
    packages = [str(wheel), "flask"]
    run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-compile", *packages], cwd=folder)
    return folder / "bin"


def requirements_of(wheel: Path) -> list[str]:
    """Return the requirements in the metadata of *wheel*."""
    archive = zipfile.ZipFile(wheel)
    text = archive.read(next(name for name in archive.namelist() if name.endswith("METADATA"))).decode()
    return [line for line in text.splitlines() if line.startswith("Requires-Dist:")]


def test_adds_one_package(wheel: Path) -> None:
    """The wheel installs only ``fiskil_harness`` into site-packages: no fixtures, scenarios or tests beside it."""
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert names == {"fiskil_harness", next(name for name in names if name.endswith(".dist-info"))}


def test_has_types_and_templates(wheel: Path) -> None:
    """Type checkers find ``py.typed``, and the command ``new`` its templates."""
    names = set(zipfile.ZipFile(wheel).namelist())

    kinds = ("probe", "step", "fault", "scenario")
    templates = {f"fiskil_harness/cli/template/new/{prefix}{kind}.txt" for kind in kinds for prefix in ("", "test_")}
    assert {"fiskil_harness/py.typed", *templates} <= names


def test_contains_the_guide_for_programs(wheel: Path) -> None:
    """The command ``agent`` prints it."""
    assert "fiskil_harness/cli/template/SKILL.md" in zipfile.ZipFile(wheel).namelist()


def test_requirements_are_ranges(wheel: Path) -> None:
    """No requirement is pinned, because pinned ones conflict with those of other libraries."""
    requirements = requirements_of(wheel)

    assert requirements
    assert not [line for line in requirements if "==" in line.partition(";")[0]]


@pytest.mark.long
@pytest.mark.slow
def test_runs_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed command finds its scenarios, fixtures and examples from any folder."""
    output = run([str(clean / "fiskil-harness"), "list", "scenarios"], cwd=tmp_path)

    assert "happy_path" in output


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("app_python", ["{python}", sys.executable], ids=["beside the app", "in its own environment"])
def test_runs_a_scenario_in_the_app_s_environment(clean: Path, tmp_path: Path, app_python: str) -> None:
    """The command and pytest run a scenario beside the app's packages, and an app of another environment."""
    results = environments.try_scenario(clean, app_python, "flask", tmp_path)

    assert results == ("pass", "pass")


@pytest.mark.long
@pytest.mark.slow
def test_a_missing_extra_is_named(clean: Path, tmp_path: Path) -> None:
    """Without the extra "monitoring" the metrics prove nothing, and the report says what to install."""
    config = ROOT / "examples" / "reference_app" / "fiskil-harness.toml"
    command = [str(clean / "fiskil-harness"), "run", "api_degradation_monitored", "--config", str(config), "--json", "-"]

    report = subprocess.run(command, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=False)

    assert "pip install opentelemetry-proto prometheus-client" in report.stdout


def test_at_most_sixteen_packages_are_required(wheel: Path) -> None:
    """All other packages are in extras."""
    required = [line for line in requirements_of(wheel) if "extra ==" not in line]

    assert len(required) <= 16


@pytest.mark.parametrize(
    ("package", "dependency"),
    [
        ("pytest-httpserver", "werkzeug"),
        ("requests", "urllib3"),
        ("schemathesis", "jsonschema-rs"),
        ("schemathesis", "requests"),
        ("schemathesis", "rich"),
    ],
)
def test_packages_that_are_not_declared_come_with_others(package: str, dependency: str) -> None:
    """The harness imports these packages without requiring them, so another direct dependency must always require them."""
    required = [line.lower() for line in metadata.requires(package) or [] if "extra ==" not in line and ";" not in line]

    assert dependency in {re.split(r"[^a-z0-9-]", line)[0] for line in required}


@pytest.mark.full
def test_demo_from_another_folder(clean: Path, tmp_path: Path) -> None:
    """The installed command runs the demo."""
    output = run([str(clean / "fiskil-harness"), "demo"], cwd=tmp_path)

    assert "open for" in output
