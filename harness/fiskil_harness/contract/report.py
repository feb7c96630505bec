"""What came of holding an API to the contract: lines for the terminal, JSON for machines, and the exit code."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from fiskil_harness.contract.clause_checks import CheckContext
from fiskil_harness.contract.drift import DRIFTS, HOLDS, UNSEEN, ClauseCheck, Misfit, check_clauses, read_everything
from fiskil_harness.contract.schemathesis_run import Exercise
from fiskil_harness.core.clauses import Interpretations

KEPT, BROKEN, OWN_FAULT, UNPROVEN = 0, 1, 4, 3


class ContractReport(Struct, kw_only=True):
    """Everything that was seen at one place with one seed."""

    where: str
    seed: int
    clauses: list[ClauseCheck] = []
    misfits: list[Misfit] = []
    exercises: list[Exercise] = []
    crashes: list[str] = []

    def check(self, place: CheckContext, versions: tuple[str, ...], interpretations: Interpretations) -> None:
        """Look at every clause, and read every endpoint once in each version."""
        self.clauses = check_clauses(place, interpretations)
        for version in versions:
            self.misfits += read_everything(place.api, version, place.ids, interpretations.chosen)

    def add(self, done: Exercise) -> None:
        """Take in what Schemathesis did."""
        self.exercises.append(done)

    @property
    def exit_code(self) -> int:
        """0 holds, 1 drift or a failure, 3 something could not be asked, 4 the sandbox itself broke."""
        if self.crashes:
            return OWN_FAULT
        has_drift = any(clause.outcome == DRIFTS for clause in self.clauses) or any(
            not misfit.is_new for misfit in self.misfits
        )
        if has_drift or any(done.failures for done in self.exercises):
            return BROKEN
        is_whole = all(not done.troubles and done.reaches_everything for done in self.exercises)
        return KEPT if is_whole and any(clause.outcome == HOLDS for clause in self.clauses) else UNPROVEN

    def lines(self) -> Iterator[str]:
        """What the reader sees."""
        yield f"Contract of {self.where}, seed {self.seed}"
        yield ""
        for done in self.exercises:
            for name, phase in done.phases.items():
                reached = f"{len(phase.operations)} of {len(done.described)} operations"
                yield f"  {done.version}  {name:<9} {phase.cases:>5} requests, {reached}"
            yield from (f"  FAIL  {done.version}  {failure.operation}: {failure.message}" for failure in done.failures)
            yield from (f"        again: {failure.request}" for failure in done.failures if failure.request)
            yield from (f"  ?     {done.version}  {trouble}" for trouble in done.troubles)
        yield ""
        for outcome, mark in ((DRIFTS, "DRIFT"), (UNSEEN, "?    ")):
            for clause in self.clauses:
                if clause.outcome == outcome:
                    yield f"  {mark} {clause.clause}: {clause.sentence}"
                    yield f"        expected {clause.expected}, seen {clause.observed}"
        for misfit in self.misfits:
            yield f"  {'NEW  ' if misfit.is_new else 'DRIFT'} {misfit.operation} {misfit.version}: {misfit.message}"
        held = sum(clause.outcome == HOLDS for clause in self.clauses)
        failed = sum(len(done.failures) for done in self.exercises)
        cases = sum(done.cases for done in self.exercises)
        yield f"{held} of {len(self.clauses)} clauses looked at hold; {cases} requests, {failed} failures."

    def json(self) -> str:
        """The same for machines."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=2).decode() + "\n"
