"""What a receiver suffers from: the catalogue of bugs, each judged by the findings that bear on it.

A bug is there where a witness saw it, and not there only where every witness that was asked has looked and seen nothing.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from fiskil_harness.gate.receiver_bugs import Bug, Witness, bugs
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

UNSENT = "nothing of the kind was sent: this way of signing has none"


class Diagnosis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One bug and whether the receiver has it: FAIL if so. ``scenario`` and ``probe`` name the witness that decided."""

    bug: str
    row: int
    title: str
    verdict: Verdict
    observed: str
    fix: str = ""
    scenario: str = ""
    probe: str = ""
    cases: tuple[str, ...] = ()
    hook: str = ""


class _Look(Struct, frozen=True, kw_only=True):
    """What one witness saw."""

    witness: Witness
    verdict: Verdict
    seen: str
    cases: tuple[str, ...] = ()
    hook: str = ""


def diagnose(outcomes: Iterable[Outcome]) -> tuple[Diagnosis, ...]:
    """Judge every bug of the catalogue by the outcomes of its witnesses; nothing where none of them ran."""
    by_name = {outcome.scenario: outcome for outcome in outcomes}
    if not any(witness.scenario in by_name for bug in bugs().values() for witness in bug.witness):
        return ()
    return tuple(_judged(bug, by_name) for bug in bugs().values())


def _judged(bug: Bug, outcomes: dict[str, Outcome]) -> Diagnosis:
    looks = [look for witness in bug.witness if (look := _look(witness, outcomes.get(witness.scenario))) is not None]
    if not looks:
        why = bug.reason or ("runs only when asked for" if bug.opt_in else "not tried")
        return Diagnosis(bug=bug.id, row=bug.row, title=bug.title, verdict=Verdict.INCONCLUSIVE, observed=why)
    decisive = max(looks, key=lambda one: one.verdict.weight)
    return Diagnosis(
        bug=bug.id,
        row=bug.row,
        title=bug.title,
        verdict=decisive.verdict,
        observed=decisive.seen,
        fix=bug.fix if decisive.verdict is Verdict.FAIL else "",
        scenario=decisive.witness.scenario,
        probe=decisive.witness.probe,
        cases=decisive.cases,
        hook=decisive.hook,
    )


def _look(witness: Witness, outcome: Outcome | None) -> _Look | None:
    """What *witness* saw; None where its scenario did not run."""
    if outcome is None:
        return None
    finding = next((finding for finding in outcome.findings if finding.probe == witness.probe), None)
    if finding is None:
        why = outcome.findings[0].observed if outcome.findings else "its scenario came to no end"
        return _Look(witness=witness, verdict=Verdict.INCONCLUSIVE, seen=why)
    if not witness.cases:
        return _Look(witness=witness, verdict=finding.verdict, seen=finding.observed, hook=finding.hook)
    return _by_cases(witness, finding)


def _by_cases(witness: Witness, finding: Finding) -> _Look:
    known = {case.name: case for case in finding.cases}
    greater = [name for name in witness.unless if name in known and known[name].verdict is Verdict.FAIL]
    if greater:
        seen = f"cannot be told beside a greater bug: {known[greater[0]].observed or greater[0].replace('_', ' ')}"
        return _Look(witness=witness, verdict=Verdict.INCONCLUSIVE, seen=seen)
    asked = [known[name] for name in witness.cases if name in known]
    failed = [case for case in asked if case.verdict is Verdict.FAIL]
    is_there = len(failed) == len(witness.cases) if witness.every else bool(failed)
    if is_there:
        return _Look(witness=witness, verdict=Verdict.FAIL, seen=_told(failed), cases=tuple(case.name for case in failed))
    untold = [name for name in witness.cases if name not in known]
    doubtful = [case for case in asked if case.verdict is Verdict.INCONCLUSIVE]
    if untold or doubtful:
        is_elsewhere = finding.verdict is Verdict.PASS and not asked
        seen = _told(doubtful) if doubtful else UNSENT if is_elsewhere else finding.observed
        return _Look(witness=witness, verdict=Verdict.INCONCLUSIVE, seen=seen, hook=finding.hook)
    return _Look(witness=witness, verdict=Verdict.PASS, seen=f"{len(asked)} cases held", cases=tuple(witness.cases))


def _told(cases: Sequence[Case]) -> str:
    first = cases[0].observed or cases[0].name.replace("_", " ")
    return first + (f", and {len(cases) - 1} more" if cases[1:] else "")
