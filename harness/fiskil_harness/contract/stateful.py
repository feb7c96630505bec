"""Schemathesis' stateful phase: operations in a row, each with what an earlier one answered, over a sandbox of its own."""

from collections.abc import Callable
from typing import Any

from fiskil_harness.contract.schemathesis_run import (
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
TIMES = 5
AREAS = (
    ("/v1/end-users", "/v1/consent", "/v1/auth"),
    ("/v1/token", "/v1/institutions", "/v1/permissions"),
    ("/v1/institutions", "/v1/banking/products", "/v1/energy/plans"),
    ("/v1/end-users", "/v1/banking/accounts", "/v1/banking/balances", "/v1/banking/transactions"),
    ("/v1/end-users", "/v1/banking/acc", "/v1/banking/pay", "/v1/banking/income", "/v1/common"),
    ("/v1/end-users", "/v1/energy/accounts", "/v1/energy/balances", "/v1/energy/service-points", "/v1/energy/usage"),
    (
        "/v1/end-users",
        "/v1/energy/der",
        "/v1/energy/invoice",
        "/v1/energy/billing",
        "/v1/energy/concessions",
        "/v1/energy/pay",
    ),
)
"""Where walks go: an area is small enough that each of its operations comes up."""


def walk(version: str, target: Target, *, seed: int, walks: int, reset: Callable[[], object]) -> Exercise:
    """Take *walks* walks of up to eight steps in each area; *reset* begins each of them, so that none changes another.

    An area in which an operation did not come up is walked again, at most five times.
    """
    whole = blank(version, target, seed=seed)
    phase = whole.phases.setdefault(STATEFUL, Phase())
    for number, area in enumerate(AREAS):
        wanted = {text for text in whole.described if text.partition(" ")[2].startswith(area)}
        for again in range(TIMES):
            if again and (whole.failures or phase.operations >= wanted):
                break
            schema = schema_of(version, target, seed=seed, examples=walks, phases=(STATEFUL,), area=area)
            _walk_in(schema, whole, phase, target, number=number * TIMES + again, walks=walks, reset=reset)
    return whole


def _walk_in(
    schema: Any, whole: Exercise, phase: Phase, target: Target, *, number: int, walks: int, reset: Callable[[], object]
) -> None:
    import hypothesis
    from schemathesis.core.failures import FailureGroup

    last: list[str] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        rule_order_seed = whole.seed * 1000 + number

        def setup(self) -> None:
            reset()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:  # noqa: ARG002 - the same for each
            return {"headers": headers_of(whole.version, target)}

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
        hypothesis.seed(Walk.rule_order_seed)(Walk).run(settings=settings)
    except FailureGroup as group:
        for exception in group.exceptions:
            says = redact(" ".join(str(exception).split()))[:LONGEST]
            whole.failures.append(Failure(operation=(last or [""])[0], check=STATEFUL, message=says))
