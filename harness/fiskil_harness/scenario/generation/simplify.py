"""How a plan reads best: without races, where it fails without them too, with the life of a twin on one line, and with the
finding that decides.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from fiskil_harness.journal import PlanRun
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.receiver_invariants import INVARIANTS, Invariant, broken
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS

UNDONE = ("every_step_done", "every_fault_bit")
"""The driver's own findings about what kept a plan from its end."""


def calmer(plan: Scenario) -> Iterator[Scenario]:
    """Forms of *plan* with fewer races in it, the calmest first."""
    alone = without_timing(plan)
    forms = (_without_restart(alone), alone, _without_restart(plan))
    yield from (form for form in forms if form != plan and _keeps_last_attempt(form))


def without_timing(plan: Scenario) -> Scenario:
    """Replace what is a matter of time by what is none.

    A burst becomes two deliveries in a row, a lost acknowledgement one that is retried at the end, and a kill amidst a
    delivery one after it.
    """
    made: list[Any] = []
    at_end: list[Any] = []
    delivered: set[str] = set()
    for step in plan.steps[:-1]:
        if isinstance(step, steps.KillDuringDelivery):
            made += [steps.Retry(step.event) if step.event in delivered else steps.DeliverOne(step.event), steps.Restart()]
        elif isinstance(step, steps.Burst | steps.LoseAcknowledgement):
            made.append(steps.Retry(step.event) if step.event in delivered else steps.DeliverOne(step.event))
            (made if isinstance(step, steps.Burst) else at_end).append(steps.Retry(step.event))
        else:
            made.append(step)
        delivered.add(getattr(step, "event", ""))
    return msgspec.structs.replace(plan, steps=(*made, *at_end, plan.steps[-1]))


def _keeps_last_attempt(plan: Scenario) -> bool:
    tries = (steps.DeliverOne, steps.Retry)
    attempts = Counter(step.event for step in plan.steps if isinstance(step, tries))
    return max(attempts.values(), default=0) < ATTEMPTS


def _without_restart(plan: Scenario) -> Scenario:
    return msgspec.structs.replace(plan, steps=tuple(step for step in plan.steps if not isinstance(step, steps.Restart)))


def in_lines(plan: Scenario) -> tuple[str, ...]:
    """The plan in words, a step a line; what happens to one twin in a row shares a line."""
    lines: list[str] = []
    twin = ""
    for step in plan.steps[:-1]:
        of = getattr(step, "twin", "")
        if of and of == twin:
            lines[-1] += f", {_alone(step)}"
        elif twin and not of and isinstance(step, steps.Deliver | steps.Advance):
            lines[-1] += f", {steps.step_text(step)}"
        else:
            lines.append(f"{of}: {_alone(step)}" if of else steps.step_text(step))
            twin = of
    return (*lines, *(steps.step_text(step) for step in plan.steps[-1:]))


def _alone(step: Any) -> str:
    return steps.step_text(msgspec.structs.replace(step, twin=""))


def run_of(plan: Scenario, *findings: Finding, promises: tuple[Invariant, ...] = INVARIANTS) -> PlanRun:
    """What came of *plan*, as its deciding finding tells; the number is for whoever counts."""
    finding = _telling(findings)
    promise = broken(plan, finding.probe, promises) if finding.verdict is Verdict.FAIL else None
    return PlanRun(
        number=0,
        invariant=promise.id if promise else "",
        practice=promise.practice if promise and not plan.practices else "",
        verdict=finding.verdict,
        summary=in_lines(plan),
        observed=finding.observed,
        probe=finding.probe,
        expected=finding.expected,
        source=finding.source,
        fix=finding.fix,
        evidence=finding.evidence,
        hook=finding.hook,
    )


def _telling(findings: tuple[Finding, ...]) -> Finding:
    """The finding that decides: a failure, then what kept the plan from its end, then the answer of the plan's first probe.

    A plan's first probe asks the widest question, so of several failures the last one says most.
    """
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    undone = [finding for finding in findings if finding.probe in UNDONE]
    return (failed[-1:] + undone + list(findings))[0]
