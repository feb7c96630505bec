"""Schemathesis' stateful phase: operations in a row, each with what an earlier one answered, over a sandbox of its own."""

from collections.abc import Callable
from typing import Any

from harness.contract.exercise import (
    LONGEST,
    Exercise,
    Failure,
    Phase,
    Target,
    blank,
    headers_of,
    redactor_of,
    schema_of,
)

STATEFUL = "stateful"
STEPS = 8


def walk(version: str, target: Target, *, seed: int, walks: int, reset: Callable[[], object]) -> Exercise:
    """Take *walks* walks of up to eight steps.

    *reset* begins each of them: what an earlier walk left must not change a later one.
    """
    import hypothesis
    from schemathesis.core.failures import FailureGroup

    whole = blank(version, target, seed=seed)
    phase = whole.phases.setdefault(STATEFUL, Phase())
    schema = schema_of(version, target, seed=seed, examples=walks, phases=(STATEFUL,))
    last: list[str] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            reset()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:  # noqa: ARG002 - the same for each
            return {"headers": headers_of(version, target)}

        def after_call(self, response: Any, case: Any) -> None:
            last[:] = [case.operation.label]
            phase.add(case.operation.label, [response.status_code])

    settings = hypothesis.settings(
        max_examples=walks,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
    )
    redact = redactor_of(target).redact
    try:
        hypothesis.seed(seed)(Walk).run(settings=settings)
    except FailureGroup as group:
        for one in group.exceptions:
            says = redact(" ".join(str(one).split()))[:LONGEST]
            whole.failures.append(Failure(operation=(last or [""])[0], check=STATEFUL, says=says))
    return whole
