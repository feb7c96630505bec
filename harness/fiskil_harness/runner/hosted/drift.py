"""Whether the hosted API still is what the contract says: told as an outcome of its own, which counts for no practice."""

from collections.abc import Iterator

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.drift import DRIFTS, check_clauses, read_everything
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

NAME = "contract_drift"
VERSION = "v3"
MOST_TOLD = 12


def drift(place: CheckContext, interpretations: Interpretations, *, seed: int) -> Outcome:
    """Look at every clause that reading can tell, and read every endpoint once in the newest version."""
    try:
        clauses = check_clauses(place, interpretations)
        misfits = [
            misfit for misfit in read_everything(place.api, VERSION, place.ids, interpretations.chosen) if not misfit.is_new
        ]
    except Exception as error:  # noqa: BLE001 - an answer that no look expects must not take the whole run along
        return _outcome([f"a look at it failed with {type(error).__name__}"], examined=0, seed=seed)
    told = [
        f"{clause.clause}: {clause.observed}, where {clause.expected} was expected"
        for clause in clauses
        if clause.outcome == DRIFTS
    ]
    told += [f"{misfit.operation}: {misfit.message}" for misfit in misfits]
    return _outcome(told, examined=len(clauses), seed=seed)


def _outcome(told: list[str], *, examined: int, seed: int) -> Outcome:
    return Outcome(
        scenario=NAME,
        title="The hosted API is held to the contract, reading only.",
        practices=(),
        seed=seed,
        findings=tuple(_findings(told, examined=examined)),
    )


def _findings(told: list[str], *, examined: int) -> Iterator[Finding]:
    if not told:
        yield Finding(
            probe="keeps_contract",
            verdict=Verdict.PASS,
            observed=f"{examined} clauses are as the contract has them, and every endpoint that was read keeps its document",
            examined=examined,
        )
        return
    yield Finding(
        probe="keeps_contract",
        verdict=Verdict.INCONCLUSIVE,
        observed=f"the hosted API differs from the contract in {_ways(told)}, so what the sandbox proves may not hold there",
        evidence=tuple(told[:MOST_TOLD]),
        examined=examined,
    )


def _ways(told: list[str]) -> str:
    return f"{len(told)} ways" if len(told) > 1 else "one way"
