"""Checks if the hosted API still follows the contract; the result is a separate outcome that counts for no practice."""

from collections.abc import Iterator

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.drift import DRIFTS, check_clauses, read_everything
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

NAME = "contract_drift"
VERSION = "v3"
MOST_DIFFERENCES = 12


def drift(place: CheckContext, interpretations: Interpretations, *, seed: int) -> Outcome:
    """Check every clause that read requests can observe, and read every endpoint once; return the result as an outcome."""
    try:
        clauses = check_clauses(place, interpretations)
        misfits = [
            misfit for misfit in read_everything(place.api, VERSION, place.ids, interpretations.chosen) if not misfit.is_new
        ]
    except Exception as error:  # noqa: BLE001 - an unexpected response must not end the whole run
        return _outcome([f"a check failed with {type(error).__name__}"], examined=0, seed=seed)
    differences = [
        f"{clause.clause}: {clause.observed}, where {clause.expected} was expected"
        for clause in clauses
        if clause.outcome == DRIFTS
    ]
    differences += [f"{misfit.operation}: {misfit.message}" for misfit in misfits]
    return _outcome(differences, examined=len(clauses), seed=seed)


def _outcome(differences: list[str], *, examined: int, seed: int) -> Outcome:
    return Outcome(
        scenario=NAME,
        title="The hosted API is compared with the contract, read-only.",
        practices=(),
        seed=seed,
        findings=tuple(_findings(differences, examined=examined)),
    )


def _findings(differences: list[str], *, examined: int) -> Iterator[Finding]:
    if not differences:
        yield Finding(
            probe="keeps_contract",
            verdict=Verdict.PASS,
            observed=f"{examined} clauses are as in the contract, and every response fits its OpenAPI document",
            examined=examined,
        )
        return
    yield Finding(
        probe="keeps_contract",
        verdict=Verdict.INCONCLUSIVE,
        observed=(
            f"the hosted API differs from the contract in {_ways(differences)}, "
            "so results from the sandbox may not apply to it"
        ),
        evidence=tuple(differences[:MOST_DIFFERENCES]),
        examined=examined,
    )


def _ways(differences: list[str]) -> str:
    return f"{len(differences)} ways" if len(differences) > 1 else "one way"
