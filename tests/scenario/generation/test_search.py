"""The search for a failing plan: plans are drawn and run, the first failing one is shrunk, and no files are left."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from fiskil_harness.errors import AppError, ConfigError, UnknownName
from fiskil_harness.journal import Journal, PlanRun
from fiskil_harness.probes import Finding, SurvivesEveryPlan, Verdict
from fiskil_harness.runner.worker import measured
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import explore
from fiskil_harness.scenario.generation.simplify import summary_lines
from fiskil_harness.scenario.scenario import GeneratedScenario, Scenario
from tests.paths import ROOT, SOURCE

PASSED = Finding(probe="applies_once", verdict=Verdict.PASS, observed="applied once", examined=1)
FAILED = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="message e0 was applied 2 times", fix="claim it")
INCOMPLETE = Finding(probe="every_step_done", verdict=Verdict.INCONCLUSIVE, observed="step 2 could not be done")
NAMED = Scenario(name="explored", practices=(), steps=(), probes=())
UNCOUNTED = Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="no counts", hook="app.observe.effects")


class Judged(Struct, frozen=True):
    """The result of a plan."""

    findings: tuple[Finding, ...]


class Bench:
    """Judges plans by a rule, and records them."""

    def __init__(self, rule: Callable[[Scenario], Finding]) -> None:
        self.rule = rule
        self.plans: list[Scenario] = []

    def run(self, plan: Scenario) -> Judged:
        """Judge *plan*."""
        self.plans.append(plan)
        return Judged((self.rule(plan),))


def fails_when(*kinds: type) -> Bench:
    """Return a bench on which plans with such a step fail."""
    return Bench(lambda plan: FAILED if any(isinstance(step, kinds) for step in plan.steps) else PASSED)


def test_every_requested_plan_is_run_once() -> None:
    """As many different plans run as were requested, after one plan that shows whether the app reports counts."""
    bench = fails_when()

    explored = explore(bench.run, kind="deliveries", seed=1, wanted=12)

    assert [run.number for run in explored.runs] == list(range(1, 13))
    assert len({msgspec.json.encode(plan) for plan in bench.plans}) == len(bench.plans) == 13


def test_one_seed_draws_the_same_plans() -> None:
    """Plans depend only on the seed."""
    first, second, other = fails_when(), fails_when(), fails_when()

    explore(first.run, kind="order", seed=1, wanted=5)
    explore(second.run, kind="order", seed=1, wanted=5)
    explore(other.run, kind="order", seed=2, wanted=5)

    assert first.plans == second.plans != other.plans


def test_a_failing_plan_is_shrunk() -> None:
    """The result is the plan that a person would write."""
    explored = explore(fails_when(steps.Retry).run, kind="deliveries", seed=1, wanted=25)

    assert explored.failing is not None
    assert explored.failing.steps == (
        steps.Authorise(),
        steps.DeliverOne("e0"),
        steps.Retry("e0"),
        steps.Deliver(attempts=5),
    )


def test_a_failure_without_a_handwritten_plan_is_shrunk() -> None:
    """A failure that needs two steps ends with these two and no others."""

    def needs_both(plan: Scenario) -> Finding:
        has_waited = steps.Advance(minutes=20) in plan.steps
        return FAILED if has_waited and any(isinstance(step, steps.Burst) for step in plan.steps) else PASSED

    explored = explore(Bench(needs_both).run, kind="deliveries", seed=1, wanted=25)

    assert explored.failing is not None
    assert sorted(steps.name_of(step) for step in explored.failing.steps[1:-1]) == ["advance", "burst"]


def test_the_failing_plan_is_in_the_record() -> None:
    """The last run contains the plan as text and as a plan file, and the finding of its probe."""
    explored = explore(fails_when(steps.Retry).run, kind="deliveries", seed=1, wanted=25)

    last = explored.runs[-1]
    assert (last.verdict, last.probe, last.observed, last.fix) == ("FAIL", "applies_once", FAILED.observed, "claim it")
    assert last.summary == ("authorise", "deliver one e0", "retry e0", "deliver (attempts 5)")
    assert '"seed": 1' in last.plan
    assert [run.plan for run in explored.runs[:-1]] == [""] * (len(explored.runs) - 1)


@pytest.mark.full
def test_shrinking_has_a_time_limit() -> None:
    """Without time to shrink, the plan that failed first is reported unchanged."""
    bench = fails_when(steps.Burst)

    explored = explore(bench.run, kind="deliveries", seed=1, wanted=25, shrink_cap_s=0)

    first_failing = next(plan for plan in bench.plans if any(isinstance(step, steps.Burst) for step in plan.steps))
    assert explored.failing == first_failing


def test_a_race_that_shows_once_is_reported() -> None:
    """One failure counts, and the report states how often it failed again."""
    failed: list[Scenario] = []

    def only_the_first(plan: Scenario) -> Finding:
        is_first = not failed and any(isinstance(step, steps.Burst) for step in plan.steps)
        failed.extend([plan] if is_first else [])
        return FAILED if is_first else PASSED

    explored = explore(Bench(only_the_first).run, kind="deliveries", seed=1, wanted=25)

    assert explored.failing == failed[0]
    assert (explored.runs[-1].rounds, explored.runs[-1].rounds_failed) == (5, 0)


def test_races_are_left_out_where_they_are_not_needed() -> None:
    """A failure that also occurs without concurrency is reported without it."""
    bench = fails_when(steps.Burst, steps.Retry)

    explored = explore(bench.run, kind="deliveries", seed=1, wanted=25)

    assert explored.failing is not None
    assert explored.failing.steps[1:-1] == (steps.DeliverOne("e0"), steps.Retry("e0"))


def test_steps_of_one_twin_share_a_line() -> None:
    """Consecutive steps about one twin form one line."""
    plan = Scenario(
        practices=(),
        probes=(),
        steps=(
            *(steps.Authorise(twin="a"), steps.Sync(twin="a"), steps.Deliver()),
            *(steps.Authorise(twin="b"), steps.Advance(seconds=1), steps.Revoke(twin="b")),
            *(steps.DeliverOne("b.e1"), steps.Restart(), steps.Deliver(attempts=5)),
        ),
    )

    assert summary_lines(plan) == (
        "a: authorise, sync, deliver",
        "b: authorise, advance (seconds 1), revoke",
        "deliver one b.e1",
        "restart",
        "deliver (attempts 5)",
    )


def test_an_app_without_counts_is_judged_by_twins() -> None:
    """If the app reports no counts, three twins get the same events."""
    bench = Bench(lambda _: UNCOUNTED)

    explore(bench.run, kind="deliveries", seed=1, wanted=3)

    assert {step.twin for step in bench.plans[1].steps if isinstance(step, steps.Authorise)} == {"a", "b", "c"}


def test_restarts_are_drawn_only_where_the_app_can_be_restarted() -> None:
    """An app that the harness did not start is never killed."""
    fixed, restartable = fails_when(), fails_when()

    explore(fixed.run, kind="deliveries", seed=1, wanted=25)
    explore(restartable.run, kind="deliveries", seed=1, wanted=25, can_restart=True)

    assert [any(steps.Restart() in plan.steps for plan in bench.plans) for bench in (fixed, restartable)] == [False, True]


def test_incomplete_plans_end_the_search() -> None:
    """The search ends after three incomplete plans."""
    explored = explore(Bench(lambda _: INCOMPLETE).run, kind="order", seed=1, wanted=25)

    assert [run.probe for run in explored.runs] == ["every_step_done"] * 3


def test_a_failure_outranks_an_incomplete_run() -> None:
    """An incomplete plan with a failure has failed."""
    both = Judged((INCOMPLETE, FAILED, PASSED))

    assert explore(lambda _: both, kind="order", seed=1, wanted=3).runs[-1].observed == FAILED.observed


def test_an_app_that_stays_down_ends_the_search() -> None:
    """An app that does not start again is inconclusive, and only the first line of the error is recorded."""

    def stays_down(plan: Scenario) -> Judged:
        raise AppError("The app exited with 3. Its last lines:\n  port 4711")

    explored = explore(stays_down, kind="order", seed=1, wanted=25)

    assert [(run.verdict, run.observed) for run in explored.runs] == [
        (Verdict.INCONCLUSIVE, "The app exited with 3. Its last lines:")
    ]


def test_an_interrupt_ends_the_search_at_once() -> None:
    """Ctrl-C during a plan is not caught."""
    calls: list[Scenario] = []

    def interrupted(plan: Scenario) -> Judged:
        calls.append(plan)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explore(interrupted, kind="order", seed=1, wanted=25)

    assert len(calls) == 1


@pytest.mark.full
def test_the_search_leaves_no_files(tmp_path: Path) -> None:
    """Hypothesis writes no file to the working directory and prints nothing."""
    search = "explore(fails_when(steps.Retry).run, kind='order', seed=1, wanted=5)"
    script = f"from tests.scenario.generation.test_search import *; {search}"
    path = {"PYTHONPATH": f"{SOURCE}:{ROOT}", "PATH": "/usr/bin:/bin"}

    process = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=path, capture_output=True, check=True)

    assert (list(tmp_path.iterdir()), process.stdout, process.stderr) == ([], b"", b"")


def plan_run(**changes: object) -> PlanRun:
    return msgspec.structs.replace(PlanRun(number=1, verdict=Verdict.PASS, probe="applies_once"), **changes)


def finding_about(*runs: PlanRun) -> Finding:
    journal = Journal()
    for run in runs:
        journal.write(run)
    return SurvivesEveryPlan().examine(journal)


def test_plans_with_effects_pass() -> None:
    """Plans without an effect do not count."""
    finding = finding_about(plan_run(), plan_run(number=2, verdict=Verdict.INCONCLUSIVE), plan_run(number=3))

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 2)
    assert finding.observed == "3 plans were run, 2 of them with a visible effect"


def test_plans_without_effects_are_inconclusive() -> None:
    """An app without effects passes no plan, and the missing hook is named."""
    finding = finding_about(plan_run(verdict=Verdict.INCONCLUSIVE, observed="no counts", hook="app.observe.effects"))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.effects")


def test_no_plan_is_inconclusive() -> None:
    """A probe that examined nothing is INCONCLUSIVE."""
    assert finding_about().verdict is Verdict.INCONCLUSIVE


def test_one_incomplete_plan_is_inconclusive() -> None:
    """An app that died during one plan does not pass because of the others."""
    finding = finding_about(
        plan_run(),
        plan_run(number=2, verdict=Verdict.INCONCLUSIVE, probe="every_step_done", observed="no answer"),
        plan_run(number=3),
    )

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "plan 2 of 3 could not be judged: no answer"


def test_a_failing_plan_is_the_evidence() -> None:
    """The finding contains the plan as text, and the advice of its own probe."""
    failing = plan_run(
        number=2,
        verdict=Verdict.FAIL,
        observed="applied 2 times",
        summary=("authorise", "retry e0"),
        evidence=("e0 attempt 1: 204",),
        fix="claim it",
    )

    finding = finding_about(plan_run(), failing)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == "plan 2 failed, in its shortest form: applies_once: applied 2 times"
    assert (finding.evidence, finding.fix) == (("authorise", "retry e0", "e0 attempt 1: 204"), "claim it")


def test_the_failure_rate_of_a_race_is_a_note() -> None:
    """The rate is a note of the measurement; the finding does not depend on it."""
    journal = Journal()
    journal.write(plan_run(number=3, verdict=Verdict.FAIL, rounds=5, rounds_failed=2))

    often, seldom = (finding_about(plan_run(verdict=Verdict.FAIL, rounds=5, rounds_failed=count)) for count in (5, 1))

    assert measured(NAMED, journal, took_s=1).notes == ("plan 3 failed again in 2 of 5 rounds",)
    assert msgspec.json.encode(often) == msgspec.json.encode(seldom)


def test_a_kill_during_a_delivery_is_a_race() -> None:
    """Only plans whose outcome depends on timing are repeated to count their failures."""
    race, truncation = fails_when(steps.KillDuringDelivery), fails_when(steps.TruncateRequest)

    explored = [
        explore(bench.run, kind="everything", seed=1, wanted=40, can_restart=True, shrink_cap_s=60)
        for bench in (race, truncation)
    ]

    assert [(exploration.runs[-1].rounds, exploration.runs[-1].rounds_failed) for exploration in explored] == [
        (5, 5),
        (0, 0),
    ]
    assert [exploration.runs[-1].summary[1:-1] for exploration in explored] == [
        ("kill during delivery (event e0)",),
        ("truncate request e0",),
    ]


def test_an_unknown_kind_is_refused() -> None:
    """The message names the nearest kind."""
    with pytest.raises(UnknownName, match="Did you mean 'forgeries'"):
        GeneratedScenario(practices=(), kind="forgery").check()  # type: ignore[arg-type]


@pytest.mark.parametrize("plans", [0, 1001])
def test_a_wrong_number_of_plans_is_refused(plans: int) -> None:
    """The number is from 1 to 1,000."""
    with pytest.raises(ConfigError, match="plans must be from 1 to 1000"):
        GeneratedScenario(practices=(), kind="order", plans=plans).check()


def test_the_text_of_a_generated_scenario_names_its_limits() -> None:
    """Limits with their default values are left out."""
    usual = GeneratedScenario(practices=(), kind="order")

    limited = msgspec.structs.replace(usual, plans=10, shrink_s=5)

    assert usual.step_texts == ("run generated plans order",)
    assert limited.step_texts == ("run generated plans order (plans 10, shrink s 5)",)
