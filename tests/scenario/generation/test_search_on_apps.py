"""Searches with a local Fiskil and real apps: which apps pass, which fail, and the contents of the journal."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import Delivery, Output, PlanRun
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import Form
from fiskil_harness.scenario.generation.actions import Act
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario, load, read_plan
from tests.paths import SOURCE

DURABLE = {"command": "{python} durable_receiver.py {port}"}

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]


def plans_scenario(plans: int = 3) -> GeneratedScenario:
    return GeneratedScenario(
        name="plans_scenario", practices=("webhooks.idempotent",), kind="deliveries", plans=plans
    ).check()


def test_a_correct_app_passes(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Every plan has an effect and none fails."""
    finding = drive(receiver_settings(app=DURABLE)).run(plans_scenario()).findings[0]

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "3 plans were run, 3 of them with a visible effect")


def test_a_flawed_app_fails(drive: Drive, receiver_settings: MakeSettings) -> None:
    """The evidence is the shortest plan, and the same seed gives the same text."""
    first, second = (drive(receiver_settings(app=DURABLE, FLAW="body_hash")).run(plans_scenario()) for _ in range(2))

    finding = first.findings[0]
    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == (
        "authorise",
        "deliver one e0",
        "retry e0",
        "deliver (attempts 5)",
        "e0 attempt 1: 204",
        "e0 attempt 2: 204",
    )
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_a_missing_effects_hook_is_named(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Without effects no plan runs, and the report names the hook that would help."""
    outcome = drive(receiver_settings(app={"observe": {}})).run(plans_scenario())

    assert (outcome.verdict, outcome.missing) == (Verdict.INCONCLUSIVE, ("app.observe.effects",))


def test_an_app_that_does_nothing_does_not_pass(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Responding 200 to everything is not a pass."""
    assert drive(receiver_settings(FLAW="does_nothing")).run(plans_scenario()).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_dies_is_inconclusive(drive: Drive, receiver_settings: MakeSettings) -> None:
    """An app that exits during a plan is restarted for the next one, and does not pass."""
    outcome = drive(receiver_settings(FLAW="dies")).run(plans_scenario())

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].observed.startswith("plan 1 of 3 could not be judged")


def test_a_violated_invariant_counts_for_one_practice(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Plans of the kind everything concern many practices; a failing one counts only against the violated practice."""
    driver = drive(receiver_settings(app=DURABLE, FLAW="body_hash"))
    scenario = load("everything_generated")

    outcome = driver.run(msgspec.structs.replace(scenario, shrink_s=5))

    assert (outcome.verdict, outcome.practices) == (Verdict.FAIL, ("webhooks.idempotent",))
    assert len(scenario.practices) > 1


@pytest.mark.parametrize("shrink_s", [-1, 3601, float("nan")])
def test_a_wrong_time_to_shrink_is_refused(shrink_s: float) -> None:
    """The time has limits."""
    with pytest.raises(ConfigError, match="shrink_s must be from 0 to 3600"):
        GeneratedScenario(practices=(), kind="order", shrink_s=shrink_s).check()


def test_steps_and_probes_of_its_own_are_refused() -> None:
    """Each plan has its own."""
    with pytest.raises(ConfigError, match="Leave out steps and probes"):
        GeneratedScenario(practices=(), kind="order", steps=(steps.Authorise(),)).check()


def test_the_journal_contains_the_results_of_plans(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Deliveries of plans are in their own journals."""
    driver = drive(receiver_settings(app=DURABLE))

    journal, crashed = driver.perform(plans_scenario())

    assert (len(journal.all(PlanRun)), journal.all(Delivery), crashed) == (3, [], "")
    assert {run.step for run in journal.all(PlanRun)} == {0}


def test_the_output_during_plans_belongs_to_no_later_scenario(drive: Drive, receiver_settings: MakeSettings) -> None:
    """The next scenario's journal contains only what the app has written since then."""
    driver = drive(receiver_settings(app=DURABLE, CHATTY="1"))
    driver.perform(plans_scenario())
    output_of_plans = driver.app.output()["output"].read_bytes()

    once = (steps.Authorise(), steps.Deliver())
    journal, crashed = driver.perform(Scenario(name="once", practices=(), steps=once, probes=()))

    app_output = driver.app.output()["output"].read_bytes()
    assert crashed == ""
    assert b"took a message" in output_of_plans
    assert [output.text for output in journal.all(Output) if output.place == "output"] == [
        app_output.removeprefix(output_of_plans)
    ]


def test_a_plan_is_replayed_without_hypothesis(drive: Drive, receiver_settings: MakeSettings, tmp_path: Path) -> None:
    """A saved plan fails again, and replaying it does not import Hypothesis."""
    driver = drive(receiver_settings(app=DURABLE, FLAW="body_hash"))
    journal, _ = driver.perform(plans_scenario())
    saved = tmp_path / "plan.json"
    saved.write_text(journal.all(PlanRun)[-1].plan)

    again = driver.run(read_plan(saved).scenario)

    modules = "sys, pathlib, fiskil_harness.runner.driver, fiskil_harness.scenario.scenario as s"
    script = f"import {modules}; s.read_plan(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{script}; sys.exit('hypothesis' in sys.modules)", str(saved)]
    process = subprocess.run(command, cwd=SOURCE, check=False)
    assert (again.verdict, process.returncode) == (Verdict.FAIL, 0)


def test_a_saved_plan_has_the_same_findings_each_time(drive: Drive, receiver_settings: MakeSettings) -> None:
    """A replay needs only the seed and the steps: ids differ, texts do not."""
    form = Form(kind="everything")
    plan = form.plan(form.least, [Act("hand_over"), Act("forge", names=("unsigned",)), Act("unknown"), Act("hand_over")])
    drivers = [drive(receiver_settings(app=DURABLE, FLAW="body_hash"), seed=3) for _ in range(2)]

    first, second = (driver.run(plan.check()) for driver in drivers)

    assert first.verdict is Verdict.FAIL
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
