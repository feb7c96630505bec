"""Checks if the hosted API still follows the contract; the result is a separate outcome that counts for no practice."""

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.drift import DRIFTS, check_clauses, read_everything
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

NAME, PROBE = "contract_drift", "keeps_contract"
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
        return _outcome(_differs([f"a check failed with {type(error).__name__}"], examined=0), seed=seed)
    differences = [
        f"{clause.clause}: {clause.observed}, where {clause.expected} was expected"
        for clause in clauses
        if clause.outcome == DRIFTS
    ]
    differences += [f"{misfit.operation}: {misfit.message}" for misfit in misfits]
    if differences:
        return _outcome(_differs(differences, examined=len(clauses)), seed=seed)
    observed = f"{len(clauses)} clauses are as in the contract, and every response fits its OpenAPI document"
    return _outcome(Finding(probe=PROBE, verdict=Verdict.PASS, observed=observed, examined=len(clauses)), seed=seed)


def _outcome(finding: Finding, *, seed: int) -> Outcome:
    title = "The hosted API is compared with the contract, read-only."
    return Outcome(scenario=NAME, title=title, practices=(), seed=seed, findings=(finding,))


def _differs(differences: list[str], *, examined: int) -> Finding:
    ways = f"{len(differences)} ways" if len(differences) > 1 else "one way"
    observed = f"the hosted API differs from the contract in {ways}, so results from the sandbox may not apply to it"
    evidence = tuple(differences[:MOST_DIFFERENCES])
    return Finding(probe=PROBE, verdict=Verdict.INCONCLUSIVE, observed=observed, evidence=evidence, examined=examined)
