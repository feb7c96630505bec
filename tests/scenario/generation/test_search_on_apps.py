"""Exploring between a local Fiskil and real apps: what survives, what is found, and what the record keeps."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from fiskil_harness import probes
from fiskil_harness.core.config import Settings
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.journal import Delivery, Output, PlanRun
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import Form
from fiskil_harness.scenario.generation.actions import Act
from fiskil_harness.scenario.scenario import Scenario, load, read_plan
from fiskil_harness.scenario.stage import Stage
from tests.paths import SOURCE

DURABLE = {"command": "{python} durable_receiver.py {port}"}

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]


def exploring(*before: object, plans: int = 3) -> Scenario:
    return Scenario(
        name="exploring",
        practices=("webhooks.idempotent",),
        steps=(*before, steps.RunGeneratedPlans("deliveries", plans)),
        probes=(probes.SurvivesEveryPlan(),),
    ).check()


def test_a_correct_app_survives(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Every plan has an effect and none fails."""
    finding = drive(receiver_settings(app=DURABLE)).run(exploring()).findings[0]

    assert (finding.verdict, finding.observed) == (Verdict.PASS, "3 plans were run, 3 of them with a visible effect")


def test_a_flawed_app_does_not(drive: Drive, receiver_settings: MakeSettings) -> None:
    """The witness is the shortest plan, and the same seed gives the same words."""
    first, second = (drive(receiver_settings(app=DURABLE, FLAW="body_hash")).run(exploring()) for _ in range(2))

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
    """Without effects nothing is tried, and the report says what would help."""
    outcome = drive(receiver_settings(app={"observe": {}})).run(exploring())

    assert (outcome.verdict, outcome.missing) == (Verdict.INCONCLUSIVE, ("app.observe.effects",))


def test_an_app_that_does_nothing_does_not_pass(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Answering 200 to everything is no survival."""
    assert drive(receiver_settings(FLAW="does_nothing")).run(exploring()).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_dies_is_a_finding(drive: Drive, receiver_settings: MakeSettings) -> None:
    """An app that ends under a plan is started again for the next one, and does not pass."""
    outcome = drive(receiver_settings(FLAW="dies")).run(exploring())

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.findings[0].observed.startswith("plan 1 of 3 could not be judged")


def test_a_broken_promise_counts_for_one_practice(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Plans of everything bear on many practices; a failing one accuses the app of what it broke and of nothing else."""
    driver = drive(receiver_settings(app=DURABLE, FLAW="body_hash"))
    scenario = load("everything_generated")

    outcome = driver.run(msgspec.structs.replace(scenario, steps=(steps.RunGeneratedPlans("everything", 15, shrink_s=5),)))

    assert (outcome.verdict, outcome.practices) == (Verdict.FAIL, ("webhooks.idempotent",))
    assert len(scenario.practices) > 1


@pytest.mark.parametrize("shrink_s", [-1, 3601, float("nan")])
def test_a_wrong_time_to_shrink_is_refused(shrink_s: float) -> None:
    """It has an end."""
    with pytest.raises(ConfigError, match="shrink_s must be from 0 to 3600"):
        steps.RunGeneratedPlans("order", shrink_s=shrink_s).check()


def test_exploring_stands_alone(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Plans would take the sandbox away from under a scenario that has begun, so that is refused."""
    outcome = drive(receiver_settings()).run(exploring(steps.Authorise()))

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert "nothing may happen before explore" in outcome.findings[-1].observed


def test_the_journal_keeps_what_came_of_plans(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Deliveries of plans stay in journals of their own; the link records into the scenario's again afterwards."""
    driver = drive(receiver_settings(app=DURABLE))

    journal, crashed = driver.perform(exploring())

    assert (len(journal.all(PlanRun)), journal.all(Delivery), crashed) == (3, [], "")
    assert {run.step for run in journal.all(PlanRun)} == {0}


class Look(steps.PlainStep, frozen=True, kw_only=True, tag="look"):
    """Sees that the scenario's own journal is the one that is written."""

    def perform(self, stage: Stage) -> None:
        """Complain otherwise."""
        if stage.fiskil.link.journal is not stage.journal:
            raise StepError("The link records elsewhere.")


def test_the_scenario_goes_on_after_exploring(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Afterwards the link records into the scenario's journal again, and what the app wrote under every plan is in it."""
    driver = drive(receiver_settings(app=DURABLE, CHATTY="1"))
    scenario = exploring()

    journal, crashed = driver.perform(msgspec.structs.replace(scenario, steps=(*scenario.steps, Look())))

    written = driver.app.output()["output"].read_bytes()
    assert crashed == ""
    assert b"took a message" in written
    assert [output.text for output in journal.all(Output) if output.place == "output"] == [written]


def test_a_plan_is_replayed_without_hypothesis(drive: Drive, receiver_settings: MakeSettings, tmp_path: Path) -> None:
    """The saved plan fails again for whoever reads it, and needs nothing that drew it."""
    driver = drive(receiver_settings(app=DURABLE, FLAW="body_hash"))
    journal, _ = driver.perform(exploring())
    saved = tmp_path / "plan.json"
    saved.write_text(journal.all(PlanRun)[-1].plan)

    again = driver.run(read_plan(saved).scenario)

    modules = "sys, pathlib, fiskil_harness.runner.driver, fiskil_harness.scenario.scenario as s"
    script = f"import {modules}; s.read_plan(pathlib.Path(sys.argv[1]))"
    command = [sys.executable, "-c", f"{script}; sys.exit('hypothesis' in sys.modules)", str(saved)]
    done = subprocess.run(command, cwd=SOURCE, check=False)
    assert (again.verdict, done.returncode) == (Verdict.FAIL, 0)


def test_a_saved_plan_says_the_same_each_time(drive: Drive, receiver_settings: MakeSettings) -> None:
    """Its seed and its steps are all that a replay needs: ids are others, words are not."""
    form = Form(kind="everything")
    plan = form.plan(form.least, [Act("hand_over"), Act("forge", names=("unsigned",)), Act("unknown"), Act("hand_over")])
    drivers = [drive(receiver_settings(app=DURABLE, FLAW="body_hash"), seed=3) for _ in range(2)]

    first, second = (driver.run(plan.check()) for driver in drivers)

    assert first.verdict is Verdict.FAIL
    assert msgspec.json.encode(first) == msgspec.json.encode(second)
