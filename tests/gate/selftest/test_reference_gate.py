"""The whole gate on the reference app, from the command line."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fiskil_harness.core import catalog
from tests.gate.report.pages import shown_at_once
from tests.paths import ROOT

CONFIG = catalog.folder("examples") / "reference_app" / "fiskil-harness.toml"
OTHER_DATE = Path(__file__).parent / "other_date"

EVERY_41ST = catalog.scenario_names()[::41]
EVERY_16TH = catalog.scenario_names()[1::16]


def harness(
    folder: Path, *arguments: str, workers: int = 2, environment: dict[str, str] | None = None
) -> tuple[int, dict[str, Any], str]:
    """Return exit code, report and terminal output of a run with the reference app's config."""
    report = folder / "report.json"
    command = [*arguments, "--config", str(CONFIG), "--workers", str(workers), "--json", str(report)]
    done = subprocess.run(
        [sys.executable, "-m", "fiskil_harness", *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"} | (environment or {}),
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    return done.returncode, json.loads(report.read_text()), done.stdout


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_sixteenth_of_all_scenarios_passes(tmp_path: Path) -> None:
    """``make test-all`` runs all of them; only findings for which the app has no hook may be inconclusive."""
    code, report, shown = harness(tmp_path, "run", *EVERY_16TH, "--seed", "11")

    outcomes = report["result"]["scenarios"]
    not_passed = [outcome for outcome in outcomes if any(finding["verdict"] != "PASS" for finding in outcome["findings"])]
    assert code == 0, shown
    assert [outcome["scenario"] for outcome in not_passed if not outcome["missing"]] == []


@pytest.mark.full
@pytest.mark.timeout(900)
def test_the_gate_opens(tmp_path: Path) -> None:
    """Every scenario passes, and all 49 practices are proven, five of them in part by a statement of the config."""
    code, report, shown = harness(tmp_path, "gate", "--seed", "11", "--html", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert code == 0, shown
    assert len(page.encode()) < 2_000_000
    assert len(re.findall(r"<[a-z]", shown_at_once(page))) < 15_000
    assert "The gate is open for 49 required of 49, 5 of them stated." in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert {outcome["scenario"] for outcome in report["result"]["scenarios"]} == set(catalog.scenario_names())


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_same_seed_gives_the_same_result(tmp_path: Path) -> None:
    """Two runs with one seed give equal results, with one worker or several."""
    code, first, shown = harness(tmp_path, "run", *EVERY_41ST, "--seed", "11")
    again, second, _ = harness(tmp_path, "run", *EVERY_41ST, "--seed", "11", workers=1)

    assert (code, again) == (0, 0), shown
    assert len(first["result"]["scenarios"]) >= 5
    assert first["result"] == second["result"]
    assert first["run"]["began_at"] != second["run"]["began_at"]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_two_gates_give_the_same_result(tmp_path: Path) -> None:
    """The results of two whole gates are equal."""
    (_, first, shown), (_, second, _) = harness(tmp_path, "gate"), harness(tmp_path, "gate")

    assert first["result"] == second["result"], shown


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_gate_opens_with_other_seeds(tmp_path: Path, seed: int) -> None:
    """Another seed generates other people, rows and plans; the decision is the same."""
    code, _, shown = harness(tmp_path, "gate", "--seed", str(seed))

    assert code == 0, shown


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("days", range(3, 366, 29))
def test_every_scenario_passes_on_another_date(tmp_path: Path, days: int) -> None:
    """On other dates the rows differ, and in Sydney the date changes during the run."""
    sydney = datetime.now(ZoneInfo("Australia/Sydney"))
    begin = datetime.combine(sydney.date() + timedelta(days=days), time(23, 59, 30), sydney.tzinfo)
    environment = {
        "PYTHONPATH": os.pathsep.join((str(OTHER_DATE), str(ROOT))),
        "SECONDS_AHEAD": str((begin - datetime.now(UTC)).total_seconds()),
    }
    # OpenSSL's clock is not moved, so a certificate that has expired would still be valid.
    names = [name for name in catalog.scenario_names() if name != "certificates_refused"]

    code, report, shown = harness(tmp_path, "run", *names, "--seed", "11", environment=environment)

    outcomes = report["result"]["scenarios"]
    not_passed = [outcome for outcome in outcomes if any(finding["verdict"] != "PASS" for finding in outcome["findings"])]
    assert code == 0, shown
    assert report["run"]["began_at"].startswith(begin.astimezone(UTC).date().isoformat())
    assert [outcome["scenario"] for outcome in not_passed if not outcome["missing"]] == []
