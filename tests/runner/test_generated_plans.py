"""If an app cannot finish a generated plan, the report names the cause."""

from pathlib import Path

import pytest

from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evaluation import EVERY_STEP
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load

pytestmark = pytest.mark.slow


def test_a_plan_fails_if_the_app_cannot_finish_it_because_of_its_own_flaw(tmp_path: Path) -> None:
    """The app does not renew its token, so the end user cannot start another journey."""
    scenario = load("life_plans_generated")
    assert isinstance(scenario, GeneratedScenario)
    plan = Scenario(name="plan", practices=(), steps=(steps.Connect(), steps.ExpireTokens(), steps.Cancel()), probes=())
    driver = Driver(gallery.settings(gallery.app("no_token_renewal")), workdir=tmp_path, seed=0)
    try:
        driver.start()
        result = driver.try_plan(plan, of=scenario)
    finally:
        driver.close()

    assert [(finding.probe, finding.verdict) for finding in result.findings] == [
        ("renews_token_once", Verdict.FAIL),
        (EVERY_STEP, Verdict.INCONCLUSIVE),
    ]
