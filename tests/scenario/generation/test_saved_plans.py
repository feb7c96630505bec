"""Saved lives in examples/plans: each still fails on the app that it was found with, and accuses no correct one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.scenario import read_plan

pytestmark = pytest.mark.slow

FOUND = {
    "end_user_deleted": ("revoked_data_kept", "drops_revoked_rows"),
    "row_vanishes": ("removed_rows_kept", "drops_removed_rows"),
    "token_dies_between_pages": ("no_token_renewal", "holds_every_row"),
}
"""The plans, with the flawed app that each was found with and the probe that fails there."""

SLOW = {"token_dies_between_pages"}
"""Those that end with an app which never comes to rest."""

Replay = Callable[[str, str], Outcome]


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Replay]:
    """Run a saved plan on an app of the gallery."""
    drivers: list[Driver] = []

    def run(plan: str, name: str) -> Outcome:
        saved = read_plan(catalog.folder("examples") / "plans" / f"{plan}.json")
        entry = gallery.app(name)
        missing = gallery.missing_tool(entry)
        if missing:
            pytest.fail(f"{name} needs {missing}, which this machine lacks")
        drivers.append(Driver(gallery.settings(entry), workdir=tmp_path, seed=saved.seed))
        return drivers[-1].run(saved.scenario)

    yield run
    for driver in drivers:
        driver.close()


def test_every_saved_plan_is_replayed() -> None:
    """None lies there untried."""
    assert {path.stem for path in (catalog.folder("examples") / "plans").glob("*.json")} == FOUND.keys()


@pytest.mark.parametrize("plan", [pytest.param(text, marks=pytest.mark.full) if text in SLOW else text for text in FOUND])
def test_a_saved_plan_fails_where_it_was_found(plan: str, replay: Replay) -> None:
    """By the probe that saw it."""
    name, probe = FOUND[plan]

    failed = {finding.probe for finding in replay(plan, name).findings if finding.verdict is Verdict.FAIL}

    assert probe in failed


@pytest.mark.parametrize("name", ["reference_app", pytest.param("embedded_app", marks=pytest.mark.full)])
@pytest.mark.parametrize("plan", FOUND)
def test_a_saved_plan_accuses_no_correct_app(plan: str, name: str, replay: Replay) -> None:
    """Everything that waits bites, something is seen to hold, and nothing fails."""
    findings = replay(plan, name).findings

    assert [finding for finding in findings if finding.verdict is Verdict.FAIL] == []
    assert [finding for finding in findings if finding.probe in {"every_step_done", "every_fault_bit"}] == []
    assert any(finding.verdict is Verdict.PASS for finding in findings)
