"""Diagnosis of a webhook receiver: a verdict about each known bug, from the findings of the bug's witnesses.

A witness is a probe in a scenario that can detect the bug. The bug is present if one witness detected it, and absent only
if every witness that ran examined the receiver without detecting it. If a more general bug or failure of the receiver
explains what a witness detected, the bug is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.gate.receiver_bugs import Bug, Cause, Witness, bugs, causes
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.webhooks.refuses_forgeries import ALIKE, RESPONDS_TO_JUNK

NOT_SENT = "no such request was sent: this signature scheme has none"
BY_FORM = {"accepts_equivalent_requests", "acknowledges_genuine", "recognises_duplicates", "refuses_forgeries"}
"""Probes with one case for each form of a request that was sent. Some forms exist in other signature schemes only."""


class Diagnosis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The verdict about one known bug: FAIL if the receiver has it.

    ``scenario`` and ``probe`` identify the witness (a probe in a scenario) whose finding decided. A PASS with
    ``by_responses`` is based on refusals alone, because effects were not visible.
    """

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
    by_responses: bool = False


class _Testimony(Struct, frozen=True, kw_only=True):
    """The result of one witness."""

    witness: Witness
    verdict: Verdict
    observed: str
    cases: tuple[str, ...] = ()
    hook: str = ""
    by_responses: bool = False


def diagnose(outcomes: Iterable[Outcome]) -> tuple[Diagnosis, ...]:
    """Return a verdict about every known bug, or nothing if no scenario ran that can detect a bug."""
    by_name = {outcome.scenario: outcome for outcome in outcomes}
    if not any(witness.scenario in by_name for bug in bugs().values() for witness in bug.witness):
        return ()
    testimonies = {
        bug.id: [
            testimony
            for witness in bug.witness
            if (testimony := _testimony_of(witness, by_name.get(witness.scenario))) is not None
        ]
        for bug in bugs().values()
    }
    testimonies = {
        bug_id: [_unless_caused(bug_id, testimony, by_name) for testimony in of_bug]
        for bug_id, of_bug in testimonies.items()
    }
    found = [bug for bug in bugs().values() if _is_found(testimonies[bug.id])]
    # A bug that another one explains explains nothing itself, because it may not be there.
    generals = [
        bug for bug in found if _is_found(_unless_explained(bug, testimony, found) for testimony in testimonies[bug.id])
    ]
    return tuple(
        _diagnosis_of(bug, [_unless_explained(bug, testimony, generals) for testimony in testimonies[bug.id]])
        for bug in bugs().values()
    )


def _is_found(testimonies: Iterable[_Testimony]) -> bool:
    return any(testimony.verdict is Verdict.FAIL for testimony in testimonies)


def _diagnosis_of(bug: Bug, testimonies: Sequence[_Testimony]) -> Diagnosis:
    if not testimonies:
        reason = bug.reason or ("tested only on request" if bug.opt_in else "not tested")
        return Diagnosis(bug=bug.id, row=bug.row, title=bug.title, verdict=Verdict.INCONCLUSIVE, observed=reason)
    decisive = max(testimonies, key=lambda testimony: testimony.verdict.weight)
    return Diagnosis(
        bug=bug.id,
        row=bug.row,
        title=bug.title,
        verdict=decisive.verdict,
        observed=decisive.observed,
        fix=bug.fix if decisive.verdict is Verdict.FAIL else "",
        scenario=decisive.witness.scenario,
        probe=decisive.witness.probe,
        cases=decisive.cases,
        hook=decisive.hook,
        by_responses=decisive.verdict is Verdict.PASS and any(testimony.by_responses for testimony in testimonies),
    )


def _unless_caused(bug_id: str, testimony: _Testimony, outcomes: Mapping[str, Outcome]) -> _Testimony:
    """Return *testimony*, or INCONCLUSIVE if a general failure of the receiver makes the test of the bug meaningless."""
    witness = testimony.witness
    for cause in causes():
        is_concerned = bug_id in cause.explains and witness.probe in cause.through
        if is_concerned and any(_shows(cause, outcomes.get(place)) for place in (witness.scenario, cause.scenario)):
            observed = f"unknown, because the receiver {cause.title}"
            return _Testimony(witness=witness, verdict=Verdict.INCONCLUSIVE, observed=observed)
    return testimony


def _unless_explained(bug: Bug, testimony: _Testimony, present: Iterable[Bug]) -> _Testimony:
    """Return *testimony*, or INCONCLUSIVE if a bug in *present* explains what the witness detected."""
    if testimony.verdict is not Verdict.FAIL:
        return testimony
    for general in present:
        if bug.id in general.explains and testimony.witness.probe in general.through:
            observed = f"unknown, because the receiver {general.title}, which explains the failure"
            return _Testimony(witness=testimony.witness, verdict=Verdict.INCONCLUSIVE, observed=observed)
    return testimony


def _shows(cause: Cause, outcome: Outcome | None) -> bool:
    findings = outcome.findings if outcome else ()
    cases = (case for finding in findings if finding.probe == cause.probe for case in finding.cases)
    return any(case.name == cause.case and case.verdict is Verdict.FAIL for case in cases)


def _testimony_of(witness: Witness, outcome: Outcome | None) -> _Testimony | None:
    """Return the result of *witness*; None if its scenario did not run, or does not count."""
    if outcome is None or outcome.counts_if:
        return None
    finding = next((finding for finding in outcome.findings if finding.probe == witness.probe), None)
    if finding is None:
        reason = outcome.findings[0].observed if outcome.findings else "its scenario did not finish"
        return _Testimony(witness=witness, verdict=Verdict.INCONCLUSIVE, observed=reason)
    if not witness.cases:
        return _Testimony(witness=witness, verdict=finding.verdict, observed=finding.observed, hook=finding.hook)
    return _judge_cases(witness, finding)


def _judge_cases(witness: Witness, finding: Finding) -> _Testimony:
    by_name = {case.name: case for case in finding.cases}
    greater = [name for name in witness.unless if name in by_name and by_name[name].verdict is Verdict.FAIL]
    if greater:
        cause = by_name[greater[0]].observed or greater[0].replace("_", " ")
        observed = f"unknown, because a more serious bug hides it: {cause}"
        return _Testimony(witness=witness, verdict=Verdict.INCONCLUSIVE, observed=observed)
    examined = [by_name[name] for name in witness.cases if name in by_name]
    failed = [case for case in examined if case.verdict is Verdict.FAIL]
    is_present = len(failed) == len(witness.cases) if witness.every else bool(failed)
    if is_present:
        names = tuple(case.name for case in failed)
        return _Testimony(witness=witness, verdict=Verdict.FAIL, observed=_summary_of(failed), cases=names)
    absent = [name for name in witness.cases if name not in by_name]
    inconclusive = [case for case in examined if case.verdict is Verdict.INCONCLUSIVE]
    if inconclusive or (absent and not (examined and _was_everything_sent(finding))):
        is_of_other_scheme = witness.probe in BY_FORM and finding.cases and not examined
        observed = _summary_of(inconclusive) if inconclusive else NOT_SENT if is_of_other_scheme else finding.observed
        return _Testimony(witness=witness, verdict=Verdict.INCONCLUSIVE, observed=observed, hook=finding.hook)
    by_responses = _is_by_responses(finding)
    observed = f"{len(examined)} cases were refused; effects are not visible" if by_responses else _passed(examined)
    return _Testimony(
        witness=witness,
        verdict=Verdict.PASS,
        observed=observed,
        cases=tuple(case.name for case in examined),
        by_responses=by_responses,
    )


def _is_by_responses(finding: Finding) -> bool:
    """Return True if the probe of forgeries saw responses and no effects."""
    alike = next((case.verdict for case in finding.cases if case.name == ALIKE), Verdict.PASS)
    return finding.probe == "refuses_forgeries" and (finding.hook == EFFECTS or alike is Verdict.INCONCLUSIVE)


def _was_everything_sent(finding: Finding) -> bool:
    """Return True if the probe sent every form that the signature scheme has: the receiver did not hang before the end."""
    if finding.probe == "refuses_forgeries":
        return any(case.name == RESPONDS_TO_JUNK and case.verdict is Verdict.PASS for case in finding.cases)
    return finding.probe in BY_FORM and finding.verdict is Verdict.PASS


def _passed(examined: Sequence[Case]) -> str:
    return f"{len(examined)} {'case' if len(examined) == 1 else 'cases'} passed"


def _summary_of(cases: Sequence[Case]) -> str:
    first = cases[0].observed or cases[0].name.replace("_", " ")
    return first + (f", and {len(cases) - 1} more" if cases[1:] else "")
