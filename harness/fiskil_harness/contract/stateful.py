"""The stateful phase of Schemathesis: sequences of operations, which use values from earlier responses."""

from collections.abc import Callable
from typing import Any

from fiskil_harness.contract.schemathesis_run import (
    LONGEST,
    ContractRun,
    Failure,
    Phase,
    Target,
    empty_run,
    headers_of,
    redactor_of,
    schema_of,
)
from fiskil_harness.core.hypothesis_home import isolated

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
"""Groups of path prefixes, each so small that a few random sequences of operations reach every operation in the group."""


@isolated()
def walk(version: str, target: Target, *, seed: int, walks: int, reset: Callable[[], object]) -> ContractRun:
    """Run *walks* random sequences of up to eight operations in each area (group of paths), and return the results.

    An area runs up to five times, until its sequences have reached every operation or an operation has failed.

    Args:
        reset: Resets the API; called before each sequence, so that no sequence depends on another.
    """
    whole = empty_run(version, target, seed=seed)
    phase = whole.phases.setdefault(STATEFUL, Phase())
    for number, area in enumerate(AREAS):
        area_operations = {label for label in whole.described if label.partition(" ")[2].startswith(area)}
        for attempt in range(TIMES):
            if attempt and (whole.failures or phase.operations >= area_operations):
                break
            schema = schema_of(version, target, seed=seed, examples=walks, phases=(STATEFUL,), area=area)
            _walk_in(schema, whole, phase, target, number=number * TIMES + attempt, walks=walks, reset=reset)
    return whole


def _walk_in(
    schema: Any, whole: ContractRun, phase: Phase, target: Target, *, number: int, walks: int, reset: Callable[[], object]
) -> None:
    import hypothesis
    from schemathesis.core.failures import FailureGroup

    last_operation: list[str] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        rule_order_seed = whole.seed * 1000 + number

        def setup(self) -> None:
            reset()

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:  # noqa: ARG002 - the headers are the same for every case
            return {"headers": headers_of(whole.version, target)}

        def after_call(self, response: Any, case: Any) -> None:
            last_operation[:] = [case.operation.label]
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
            message = redact(" ".join(str(exception).split()))[:LONGEST]
            whole.failures.append(Failure(operation=(last_operation or [""])[0], check=STATEFUL, message=message))
