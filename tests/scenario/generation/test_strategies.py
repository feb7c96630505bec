"""The variety of forty generated plans: they reach every forgery and every kind of disturbance, whatever the seed."""

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
    """The result of a plan."""

    findings: tuple[Finding, ...] = (PASSED,)


def draw(kind: PlanKind, seed: int) -> list[Scenario]:
    """Return forty plans of one kind, none of which fails."""
    plans: list[Scenario] = []

    def run(plan: Scenario) -> Judged:
        plans.append(plan)
        return Judged()

    explored = explore(run, kind=kind, seed=seed, wanted=40, can_restart=True)
    return plans[-len(explored.runs) :]


@pytest.mark.parametrize("seed", SEEDS)
def test_forty_plans_reach_every_forgery(seed: int) -> None:
    """Every forgery is sent at least once."""
    plans = draw("forgeries", seed)

    sent = {step.name for plan in plans for step in plan.steps if isinstance(step, steps.Forge)}
    assert len(plans) == 40
    assert sent == set(NAMED["forge"][0])


@pytest.mark.parametrize("seed", SEEDS)
def test_older_events_often_come_after_newer_ones(seed: int) -> None:
    """In some plans of the kind order, the confirmation of an active consent is delivered first."""
    assert sum(is_newest_first(plan) for plan in draw("order", seed)) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_some_plans_truncate_and_some_kill_during_a_delivery(seed: int) -> None:
    """Many plans truncate a body; few kill the app, because each restart takes time."""
    plans = draw("everything", seed)

    truncated, killed = (
        sum(any(isinstance(step, kind) for step in plan.steps) for plan in plans)
        for kind in (steps.TruncateRequest, steps.KillDuringDelivery)
    )
    assert truncated >= 5
    assert 3 <= killed <= 20


def is_newest_first(plan: Scenario) -> bool:
    """Return true if the latest confirmation is delivered first of all events of its twin, and no revocation follows."""
    twin_steps = [step for step in plan.steps if getattr(step, "twin", "") == "b"]
    first = next((step.event for step in plan.steps if hasattr(step, "event")), "")
    confirmed = [f"b.e{at + 2}" for at, step in enumerate(twin_steps) if isinstance(step, steps.TouchConsent)]
    return first in confirmed[-1:] and not any(isinstance(step, steps.Revoke) for step in twin_steps)
