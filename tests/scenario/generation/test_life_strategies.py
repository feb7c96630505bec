"""Lives as they are drawn: the same for one seed, long, different, and bringing together what has not met."""

import pytest

from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.journal import Journal
from fiskil_harness.journal.entries.plan_pairs import Verb, covered, pairs_of, unmet
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import PlanResult, explore
from fiskil_harness.scenario.generation.life_plans import possible
from fiskil_harness.scenario.scenario import Scenario

PASSED = Finding(probe="applies_once", verdict=Verdict.PASS, observed="applied once", examined=1)
FAILED = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="applied twice", examined=1)
ALL = frozenset(HOOKS)
LIFE, FAULT = Verb(name="revoke", group="life"), Verb(name="reset", group="fault")


def passes(_plan: Scenario) -> PlanResult:
    """A plan that holds."""
    return PlanResult(findings=(PASSED,), journal=Journal())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_forty_lives_bring_most_things_together(seed: int) -> None:
    """Faults count where they bite, so what is told here is only of lives and deliveries."""
    explored = explore(passes, kind="lives", seed=seed, wanted=40, hooks=ALL)

    quiet = [verb for verb in possible(HOOKS) if verb.group != "fault"]
    found = covered(quiet, [run.happened for run in explored.runs])
    assert len(explored.runs) == 40
    assert found.covered >= found.of // 2
    assert {name for run in explored.runs for name in run.happened} >= {"revoke", "day", "outage", "late", "restart"}


def test_one_seed_draws_the_same_lives() -> None:
    """Whatever the app made of them."""
    first, second, other = (explore(passes, kind="lives", seed=seed, wanted=6, hooks=ALL) for seed in (1, 1, 2))

    assert [run.summary for run in first.runs] == [run.summary for run in second.runs]
    assert [run.summary for run in first.runs] != [run.summary for run in other.runs]


def test_a_life_that_fails_is_cut_down_to_what_it_takes() -> None:
    """Whatever else was in it is gone."""

    def fails_when_over(plan: Scenario) -> PlanResult:
        is_over = any(isinstance(step, steps.Revoke) for step in plan.steps)
        return PlanResult(findings=(FAILED if is_over else PASSED,), journal=Journal())

    explored = explore(fails_when_over, kind="lives", seed=1, wanted=40, hooks=ALL)

    assert explored.failing is not None
    names = [steps.name_of(step) for step in explored.failing.steps]
    assert names[:6] == ["limit_pages", "authorise", "deliver", "sync", "deliver", "wait_until_idle"]
    assert set(names[6:]).isdisjoint({"begin_outage", "inject_fault", "burst", "cancel", "replay", "retry"})
    assert names.count("revoke") == 1
    assert explored.runs[-1].practice == "webhooks.idempotent"


def test_pairs_are_of_two_groups() -> None:
    """What meets its like meets nothing."""
    verbs = [LIFE, Verb(name="amend", group="life"), FAULT]

    assert pairs_of(verbs) == [("revoke", "reset"), ("amend", "reset")]
    assert unmet(pairs_of(verbs), [("revoke",), ("reset", "revoke")]) == [("amend", "reset")]
    found = covered(verbs, [("revoke", "reset")])
    assert (found.covered, found.of, found.missing) == (1, 2, ("amend with reset",))
