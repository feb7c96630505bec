"""Whatever the program writes about an app that leaks holds no secret of that run: no report, no line, no saved plan."""

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
}


@pytest.fixture
def known(project: Path) -> Path:
    """Where the app notes its secrets for us; it is the reference app, and a great tattler."""
    examples, apps = folder("examples"), APPS
    config = (examples / "reference_app" / "fiskil-harness.toml").read_text()
    config = config.replace("reference_app.app:build --factory --app-dir ..", f"tattler:build --factory --app-dir {apps}")
    notes = project.parent / "known"
    more = f'[app.env]\nPYTHONPATH = "{examples}"\nKNOWN = "{notes}"\n'
    (project / "fiskil-harness.toml").write_text(config.replace("[app.env]\n", more, 1))
    (project / "twice.py").write_text(TWICE)
    return notes


def leaks(artefacts: dict[str, bytes], notes: Path) -> list[str]:
    """Where a secret of the run stands, as a probe would find it."""
    index = Index()
    for secret in notes.read_text().split():
        index.add("secret", secret)
    return [f"{name}: {hit.text}" for name, text in artefacts.items() for hit in index.hits(text)]


def written(project: Path, answer: subprocess.CompletedProcess[str]) -> dict[str, bytes]:
    """All that the program wrote."""
    files = {path.name: path.read_bytes() for path in project.rglob("*") if path.is_file() and path.suffix != ".py"}
    return {"stdout": answer.stdout.encode(), "stderr": answer.stderr.encode(), **files}


def test_no_report_holds_a_secret_of_its_run(program: Program, project: Path, known: Path) -> None:
    """The app leaks all that it has, in each spelling, and each report tells so and shows none of it."""
    answer = program("run", "twice.py", *(word for pair in REPORTS.items() for word in pair))

    artefacts = written(project, answer)
    assert leaks(artefacts, known) == []
    assert set(REPORTS.values()) <= artefacts.keys()
    assert answer.returncode == 1
    assert "the access token stands in output" in answer.stdout
    assert "stands in the answer to refresh" in answer.stdout
    assert len(known.read_text().split()) >= 3


def test_no_line_of_pytest_holds_one(project: Path, known: Path, environment: dict[str, str]) -> None:
    """What our plugin shows of a failure is redacted as any report."""
    command = [sys.executable, "-m", "pytest", *ALONE, "--fiskil-scenarios=twice.py", "-v", "--junitxml", "junit.xml"]
    answer = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=500, check=False)

    artefacts = written(project, answer)
    assert leaks(artefacts, known) == []
    assert answer.returncode == 1
    assert "the access token stands in output" in answer.stdout


def test_last_words_hold_none(program: Program, project: Path, known: Path) -> None:
    """An app that does not start is quoted, and what it says is redacted."""
    config = project / "fiskil-harness.toml"
    config.write_text(config.read_text().replace("[app.env]\n", '[app.env]\nREFUSES = "1"\n', 1))

    answer = program("run", "twice.py")

    assert leaks(written(project, answer), known) == []
    assert answer.returncode == 2
    assert "cannot start with <client_secret>" in answer.stderr
