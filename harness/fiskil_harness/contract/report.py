"""The report of a contract test: lines for the terminal, JSON for machines, and the exit code."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.drift import (
    DRIFTS,
    HOLDS,
    UNSEEN,
    ClauseCheck,
    DocumentDeviation,
    check_clauses,
    read_everything,
)
from fiskil_harness.contract.schemathesis_run import ContractRun
from fiskil_harness.core.clauses import Interpretations

KEPT, BROKEN, OWN_FAULT, UNPROVEN = 0, 1, 4, 3


class ContractReport(Struct, kw_only=True):
    """All results for one API with one seed.

    ``where`` is the name of the API. ``misfits`` are deviations from the OpenAPI documents, ``exercises`` are the runs of
    Schemathesis, and ``crashes`` are internal errors of the sandbox.
    """

    format: Literal["fiskil-harness/contract/1"] = "fiskil-harness/contract/1"
    where: str
    seed: int
    clauses: list[ClauseCheck] = []
    misfits: list[DocumentDeviation] = []
    exercises: list[ContractRun] = []
    crashes: list[str] = []

    def check(self, place: CheckContext, versions: tuple[str, ...], interpretations: Interpretations) -> None:
        """Check every clause, and read every endpoint once in each of *versions*."""
        self.clauses = check_clauses(place, interpretations)
        for version in versions:
            self.misfits += read_everything(place.api, version, place.ids, interpretations.chosen)

    def add(self, exercise: ContractRun) -> None:
        """Add the results of Schemathesis for one version."""
        self.exercises.append(exercise)

    @property
    def exit_code(self) -> int:
        """0 if the contract holds, 1 for drift or a failure, 3 if something was not tested, 4 for an internal error."""
        if self.crashes:
            return OWN_FAULT
        has_drift = any(clause.outcome == DRIFTS for clause in self.clauses) or any(
            not misfit.is_new for misfit in self.misfits
        )
        if has_drift or any(exercise.failures for exercise in self.exercises):
            return BROKEN
        is_whole = all(not exercise.troubles and exercise.reaches_everything for exercise in self.exercises)
        return KEPT if is_whole and any(clause.outcome == HOLDS for clause in self.clauses) else UNPROVEN

    def lines(self) -> Iterator[str]:
        """Yield the report as lines for the terminal."""
        yield f"Contract of {self.where}, seed {self.seed}"
        yield ""
        for exercise in self.exercises:
            for name, phase in exercise.phases.items():
                reached = f"{len(phase.operations)} of {len(exercise.described)} operations"
                yield f"  {exercise.version}  {name:<9} {phase.cases:>5} requests, {reached}"
            yield from (
                f"  FAIL  {exercise.version}  {failure.operation}: {failure.message}" for failure in exercise.failures
            )
            yield from (f"        again: {failure.request}" for failure in exercise.failures if failure.request)
            yield from (f"  ?     {exercise.version}  {trouble}" for trouble in exercise.troubles)
        yield ""
        for outcome, mark in ((DRIFTS, "DRIFT"), (UNSEEN, "?    ")):
            for clause in self.clauses:
                if clause.outcome == outcome:
                    yield f"  {mark} {clause.clause}: {clause.sentence}"
                    yield f"        expected {clause.expected}, seen {clause.observed}"
        for misfit in self.misfits:
            yield f"  {'NEW  ' if misfit.is_new else 'DRIFT'} {misfit.operation} {misfit.version}: {misfit.message}"
        holding = sum(clause.outcome == HOLDS for clause in self.clauses)
        failed = sum(len(exercise.failures) for exercise in self.exercises)
        cases = sum(exercise.cases for exercise in self.exercises)
        yield f"{holding} of {len(self.clauses)} checked clauses hold; {cases} requests, {failed} failures."
