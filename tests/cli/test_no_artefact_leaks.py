"""Nothing that the program writes about a leaky app contains a secret of the run: no report, line or saved plan."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.core.catalog import folder
from fiskil_harness.core.redaction import Index
from tests.paths import APPS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("usual_signals")]

Program = Callable[..., subprocess.CompletedProcess[str]]

TWICE = '''"""The app reads its data twice, and delivery fails in between."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("tokens.not-logged", "webhooks.idempotent"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Forge("other_secret"),
        steps.InjectFault("banking.*", faults.Status(status=500)),
        steps.Refresh(),
        steps.Deliver(),
        steps.CollectOutputs(),
    ),
    probes=(probes.KeepsSecretsOutOfLogs(), probes.KeepsSecretsToItself(), probes.AppliesOnce()),
)
'''
ALONE = ("--disable-plugin-autoload", "-p", "fiskil_harness.pytest_plugin")
REPORTS = {
    "--json": "report.json",
    "--junit": "report.xml",
    "--markdown": "report.md",
    "--html": "report.html",
    "--har": "calls.har",
    "--journal": "run.journal",
}


@pytest.fixture
def secrets_file(project: Path) -> Path:
    """Configure a variant of the reference app that leaks its secrets; return the file in which it lists them."""
    examples, apps = folder("examples"), APPS
    config = (examples / "reference_app" / "fiskil-harness.toml").read_text()
    config = config.replace("reference_app.app:build --factory --app-dir ..", f"tattler:build --factory --app-dir {apps}")
    path = project.parent / "known"
    variables = f'[app.env]\nPYTHONPATH = "{examples}"\nKNOWN = "{path}"\n'
    (project / "fiskil-harness.toml").write_text(config.replace("[app.env]\n", variables, 1))
    (project / "twice.py").write_text(TWICE)
    return path


def leaks(artefacts: dict[str, bytes], secrets_file: Path) -> list[str]:
    """Return the artefacts that contain a secret of the run, in any encoding."""
    index = Index()
    for secret in secrets_file.read_text().split():
        index.add("secret", secret)
    return [f"{name}: {hit.text}" for name, text in artefacts.items() for hit in index.hits(text)]


def artefacts_of(project: Path, completed: subprocess.CompletedProcess[str]) -> dict[str, bytes]:
    """Return everything that the program wrote: its output and its files."""
    paths = [path for path in project.rglob("*") if path.is_file() and path.suffix != ".py"]
    files = {path.name: path.read_bytes() for path in paths}
    files |= {f"text of {path.name}": gzip.decompress(path.read_bytes()) for path in paths if path.suffix == ".journal"}
    return {"stdout": completed.stdout.encode(), "stderr": completed.stderr.encode(), **files}


def test_no_report_contains_a_secret(program: Program, project: Path, secrets_file: Path) -> None:
    """The app leaks all its secrets in several encodings; the reports state that without showing them.

    The journal contains no secret either, and judging it again gives the same result.
    """
    completed = program("run", "twice.py", *(word for pair in REPORTS.items() for word in pair))

    artefacts = artefacts_of(project, completed)
    assert leaks(artefacts, secrets_file) == []
    assert set(REPORTS.values()) <= artefacts.keys()
    assert completed.returncode == 1
    assert "the access token is in output" in completed.stdout
    assert "is in the response to refresh" in completed.stdout
    assert len(secrets_file.read_text().split()) >= 3

    again = program("judge", "run.journal", "--json", "again.json", "--html", "again.html")

    results = [json.loads((project / name).read_text())["result"] for name in ("report.json", "again.json")]
    assert again.returncode == 1
    assert results[0] == results[1]
    assert leaks(artefacts_of(project, again), secrets_file) == []


def test_no_output_of_pytest_contains_a_secret(project: Path, secrets_file: Path, environment: dict[str, str]) -> None:
    """The plugin redacts failures like a report."""
    command = [sys.executable, "-m", "pytest", *ALONE, "--fiskil-scenarios=twice.py", "-v", "--junitxml", "junit.xml"]
    completed = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=500, check=False
    )

    artefacts = artefacts_of(project, completed)
    assert leaks(artefacts, secrets_file) == []
    assert completed.returncode == 1
    assert "the access token is in output" in completed.stdout


def test_no_startup_error_contains_a_secret(program: Program, project: Path, secrets_file: Path) -> None:
    """The quoted output of an app that does not start is redacted."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace("[app.env]\n", '[app.env]\nREFUSES = "1"\n', 1))

    completed = program("run", "twice.py")

    assert leaks(artefacts_of(project, completed), secrets_file) == []
    assert completed.returncode == 2
    assert "cannot start with <client_secret>" in completed.stderr
