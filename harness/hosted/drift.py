"""Whether the hosted API still is what the contract says: told as an outcome of its own, which counts for no practice."""

from collections.abc import Iterator

from harness.contract.drift import DRIFTS, look_at_clauses, read_everything
from harness.contract.looks import Place
from harness.driver import Outcome
from harness.probes import Finding, Verdict
from harness.readings import Readings

NAME = "contract_drift"
VERSION = "v3"
MOST_TOLD = 12


def drift(place: Place, readings: Readings, *, seed: int) -> Outcome:
    """Look at every clause that reading can tell, and read every endpoint once in the newest version."""
    clauses = look_at_clauses(place, readings)
    misfits = [one for one in read_everything(place.api, VERSION, place.known, readings.chosen) if not one.is_news]
    told = [f"{one.clause}: {one.seen}, where {one.expected} was expected" for one in clauses if one.outcome == DRIFTS]
    told += [f"{one.operation}: {one.says}" for one in misfits]
    return Outcome(
        scenario=NAME,
        title="The hosted API is held to the contract, reading only.",
        practices=(),
        seed=seed,
        findings=tuple(_findings(told, examined=len(clauses))),
    )


def _findings(told: list[str], *, examined: int) -> Iterator[Finding]:
    if not told:
        yield Finding(
            probe="keeps_contract",
            verdict=Verdict.PASS,
            seen=f"{examined} clauses are as the contract has them, and every endpoint that was read keeps its document",
            examined=examined,
        )
        return
    yield Finding(
        probe="keeps_contract",
        verdict=Verdict.INCONCLUSIVE,
        seen=f"the hosted API differs from the contract in {len(told)} ways, so what the sandbox proves may not hold there",
        evidence=tuple(told[:MOST_TOLD]),
        examined=examined,
    )
