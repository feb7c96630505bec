"""Generated life plans: equal for one seed, long, different, and with pairs of verbs that no earlier plan has."""

import pytest

from fiskil_harness.core.config.hooks import HOOKS
from fiskil_harness.journal import Journal
from fiskil_harness.journal.entries.plan_pairs import Verb, pair_coverage, pairs_of, uncovered_pairs
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
    """Return a passing result."""
    return PlanResult(findings=(PASSED,), journal=Journal())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_forty_life_plans_cover_most_pairs(seed: int) -> None:
    """Faults count only if they bite, so this is about the other verbs."""
    explored = explore(passes, kind="life_plans", seed=seed, wanted=40, hooks=ALL)

    without_faults = [verb for verb in possible(HOOKS) if verb.group != "fault"]
    pairs = pair_coverage(without_faults, [run.happened for run in explored.runs])
    assert len(explored.runs) == 40
    assert pairs.covered >= pairs.total // 2
    assert {name for run in explored.runs for name in run.happened} >= {"revoke", "day", "outage", "late", "restart"}


def test_one_seed_draws_the_same_life_plans() -> None:
    """The app's behaviour has no influence."""
    first, second, other = (explore(passes, kind="life_plans", seed=seed, wanted=6, hooks=ALL) for seed in (1, 1, 2))

    assert [run.summary for run in first.runs] == [run.summary for run in second.runs]
    assert [run.summary for run in first.runs] != [run.summary for run in other.runs]


def test_a_failing_life_plan_is_shrunk() -> None:
    """Actions that the failure does not need are removed."""

    def fails_when_over(plan: Scenario) -> PlanResult:
        is_over = any(isinstance(step, steps.Revoke) for step in plan.steps)
        return PlanResult(findings=(FAILED if is_over else PASSED,), journal=Journal())

    explored = explore(fails_when_over, kind="life_plans", seed=1, wanted=40, hooks=ALL)

    assert explored.failing is not None
    names = [steps.name_of(step) for step in explored.failing.steps]
    assert names[:6] == ["limit_pages", "authorise", "deliver", "sync", "deliver", "wait_until_idle"]
    assert set(names[6:]).isdisjoint({"begin_outage", "inject_fault", "burst", "cancel", "replay", "retry"})
    assert names.count("revoke") == 1
    assert explored.runs[-1].practice == "webhooks.idempotent"


def test_pairs_have_two_groups() -> None:
    """Two verbs of one group form no pair."""
    verbs = [LIFE, Verb(name="amend", group="life"), FAULT]

    assert pairs_of(verbs) == [("revoke", "reset"), ("amend", "reset")]
    assert uncovered_pairs(pairs_of(verbs), [("revoke",), ("reset", "revoke")]) == [("amend", "reset")]
    pairs = pair_coverage(verbs, [("revoke", "reset")])
    assert (pairs.covered, pairs.total, pairs.missing) == (1, 2, ("amend with reset",))
