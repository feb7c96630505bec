"""Simplification of a failing plan: without races if possible, one line of text for each twin, and one decisive finding."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from fiskil_harness.journal import PlanRun
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.invariants import RECEIVER_INVARIANTS, Invariant, violated
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.webhooks.retry_schedule import ATTEMPTS

INCOMPLETE = ("every_step_done", "every_fault_bit")
"""The driver's findings about an incomplete run."""


def with_fewer_races(plan: Scenario) -> Iterator[Scenario]:
    """Yield variants of *plan* with fewer races (steps that depend on timing), the variant with the fewest first."""
    alone = without_timing(plan)
    forms = (_without_restart(alone), alone, _without_restart(plan))
    yield from (form for form in forms if form != plan and _keeps_last_attempt(form))


def without_timing(plan: Scenario) -> Scenario:
    """Return *plan* with sequential steps in the place of concurrent ones.

    A burst becomes two deliveries in a row, a lost acknowledgement becomes a retry at the end, and a kill during a delivery
    becomes a restart after it.
    """
    sequence: list[Any] = []
    at_end: list[Any] = []
    delivered: set[str] = set()
    for step in plan.steps[:-1]:
        if isinstance(step, steps.KillDuringDelivery):
            sequence += [_next_attempt(step.event, delivered), steps.Restart()]
        elif isinstance(step, steps.Burst | steps.LoseAcknowledgement):
            sequence.append(_next_attempt(step.event, delivered))
            (sequence if isinstance(step, steps.Burst) else at_end).append(steps.Retry(step.event))
        else:
            sequence.append(step)
        delivered.add(getattr(step, "event", ""))
    return msgspec.structs.replace(plan, steps=(*sequence, *at_end, plan.steps[-1]))


def _next_attempt(event: str, delivered: set[str]) -> steps.Retry | steps.DeliverOne:
    return steps.Retry(event) if event in delivered else steps.DeliverOne(event)


def _keeps_last_attempt(plan: Scenario) -> bool:
    attempts = Counter(step.event for step in plan.steps if isinstance(step, steps.DeliverOne | steps.Retry))
    return max(attempts.values(), default=0) < ATTEMPTS


def _without_restart(plan: Scenario) -> Scenario:
    return msgspec.structs.replace(plan, steps=tuple(step for step in plan.steps if not isinstance(step, steps.Restart)))


def summary_lines(plan: Scenario) -> tuple[str, ...]:
    """Return the plan as text, one line for each step; consecutive steps about one twin share a line."""
    lines: list[str] = []
    twin = ""
    for step in plan.steps[:-1]:
        step_twin = getattr(step, "twin", "")
        if step_twin and step_twin == twin:
            lines[-1] += f", {_text_without_twin(step)}"
        elif twin and not step_twin and isinstance(step, steps.Deliver | steps.Advance):
            lines[-1] += f", {steps.step_text(step)}"
        else:
            lines.append(f"{step_twin}: {_text_without_twin(step)}" if step_twin else steps.step_text(step))
            twin = step_twin
    return (*lines, *(steps.step_text(step) for step in plan.steps[-1:]))


def _text_without_twin(step: Any) -> str:
    return steps.step_text(msgspec.structs.replace(step, twin=""))


def run_of(plan: Scenario, *findings: Finding, invariants: tuple[Invariant, ...] = RECEIVER_INVARIANTS) -> PlanRun:
    """Return the result of *plan*, taken from the decisive one of *findings*. The caller sets the number of the run."""
    finding = _decisive(findings)
    invariant = violated(plan, finding.probe, invariants) if finding.verdict is Verdict.FAIL else None
    return PlanRun(
        number=0,
        invariant=invariant.id if invariant else "",
        practice=invariant.practice if invariant and not plan.practices else "",
        verdict=finding.verdict,
        summary=summary_lines(plan),
        observed=finding.observed,
        probe=finding.probe,
        expected=finding.expected,
        source=finding.source,
        fix=finding.fix,
        evidence=finding.evidence,
        hook=finding.hook,
    )


def _decisive(findings: tuple[Finding, ...]) -> Finding:
    """Return the decisive finding: the last failure, else the first finding about an incomplete run, else the first.

    The probes of a plan go from general to specific, so the last failure is the most specific.
    """
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    incomplete = [finding for finding in findings if finding.probe in INCOMPLETE]
    return (failed[-1:] + incomplete + list(findings))[0]
