"""Saved life plans in examples/plans: each fails on the flawed app with which it was found, and on no correct app."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario.scenario import read_plan
from tests.sampling import except_for

pytestmark = pytest.mark.slow

PLANS = {
    "end_user_deleted": ("revoked_data_kept", "drops_revoked_rows"),
    "row_vanishes": ("removed_rows_kept", "drops_removed_rows"),
    "token_dies_between_pages": ("no_token_renewal", "renews_token_once"),
}
"""The plans, each with the flawed app on which it was found and the probe that fails there."""

SLOW = {"token_dies_between_pages"}
"""Plans after which the app never becomes idle."""

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
            pytest.fail(f"{name} needs {missing}, which is not installed")
        drivers.append(Driver(gallery.settings(entry), workdir=tmp_path, seed=saved.seed))
        return drivers[-1].run(saved.scenario)

    yield run
    for driver in drivers:
        driver.close()


def test_every_saved_plan_is_replayed() -> None:
    """No plan in the folder is untested."""
    assert {path.stem for path in (catalog.folder("examples") / "plans").glob("*.json")} == PLANS.keys()


@pytest.mark.parametrize("plan", except_for(SLOW, PLANS))
def test_a_saved_plan_fails_where_it_was_found(plan: str, replay: Replay) -> None:
    """The probe that failed first fails again."""
    name, probe = PLANS[plan]

    failed = {finding.probe for finding in replay(plan, name).findings if finding.verdict is Verdict.FAIL}

    assert probe in failed


@pytest.mark.parametrize("name", ["reference_app", "embedded_app"])
@pytest.mark.parametrize("plan", PLANS)
def test_a_saved_plan_fails_no_correct_app(plan: str, name: str, replay: Replay) -> None:
    """Every fault bites, some probe passes, and none fails."""
    findings = replay(plan, name).findings

    assert [finding for finding in findings if finding.verdict is Verdict.FAIL] == []
    assert [finding for finding in findings if finding.probe in {"every_step_done", "every_fault_bit"}] == []
    assert any(finding.verdict is Verdict.PASS for finding in findings)
