"""What forty drawn plans come to together: they differ enough to reach what there is to reach, whatever the seed."""

import pytest
from msgspec import Struct

from fiskil_harness.journal import PlanKind
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation import explore
from fiskil_harness.scenario.generation.actions import NAMED
from fiskil_harness.scenario.scenario import Scenario

PASSED = Finding(probe="applies_once", verdict=Verdict.PASS, observed="applied once", examined=1)
SEEDS = range(5)


class Judged(Struct, frozen=True):
    """What came of a plan."""

    findings: tuple[Finding, ...] = (PASSED,)


def drawn(kind: PlanKind, seed: int) -> list[Scenario]:
    """Forty plans, none of which fails."""
    plans: list[Scenario] = []

    def run(plan: Scenario) -> Judged:
        plans.append(plan)
        return Judged()

    explored = explore(run, kind=kind, seed=seed, wanted=40, can_restart=True)
    return plans[-len(explored.runs) :]


@pytest.mark.parametrize("seed", SEEDS)
def test_forty_plans_reach_every_forgery(seed: int) -> None:
    """Whichever of them a receiver believes, it is sent."""
    plans = drawn("forgeries", seed)

    sent = {step.name for plan in plans for step in plan.steps if isinstance(step, steps.Forge)}
    assert len(plans) == 40
    assert sent == set(NAMED["forge"][0])


@pytest.mark.parametrize("seed", SEEDS)
def test_an_older_word_often_comes_after_a_newer_one(seed: int) -> None:
    """Of plans of order, in some a consent that goes on is confirmed and that is the first thing told."""
    assert sum(is_newest_first(plan) for plan in drawn("order", seed)) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_some_plans_break_off_and_some_kill_amidst(seed: int) -> None:
    """A body breaks off in many plans of everything; the app is killed in few, as each start takes its time."""
    plans = drawn("everything", seed)

    halved, killed = (
        sum(any(isinstance(step, kind) for step in plan.steps) for plan in plans)
        for kind in (steps.TruncateRequest, steps.KillDuringDelivery)
    )
    assert halved >= 5
    assert 3 <= killed <= 20


def is_newest_first(plan: Scenario) -> bool:
    """Whether the latest confirmation comes before anything else of its twin, and no end follows."""
    told = [step for step in plan.steps if getattr(step, "twin", "") == "b"]
    first = next((step.event for step in plan.steps if hasattr(step, "event")), "")
    confirmed = [f"b.e{at + 2}" for at, step in enumerate(told) if isinstance(step, steps.TouchConsent)]
    return first in confirmed[-1:] and not any(isinstance(step, steps.Revoke) for step in told)
