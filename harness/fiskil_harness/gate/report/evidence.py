"""The evidence for the status of each practice: the decisive findings, pictures, and the hooks that would prove more."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import Picture, Viewpoint
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices

MOST_FINDINGS = 5
MOST_PICTURES = 3

FindingInScenario = tuple[str, Finding]
"""A scenario's name and a finding."""


class Shot(Struct, frozen=True, kw_only=True):
    """A picture of a page, and one viewpoint (scenario, page and width) from which it was taken."""

    picture: Picture
    look: Viewpoint


class Row(Struct, frozen=True, kw_only=True):
    """The evidence for one practice.

    ``findings`` are those that decided the status. ``scenarios`` is the number of scenarios that test the practice, and
    ``examined`` the number of all findings about it. ``helps`` are missing hooks or facts, each with its purpose.
    """

    status: PracticeStatus
    findings: tuple[FindingInScenario, ...]
    scenarios: int
    examined: int
    helps: tuple[tuple[str, str], ...]
    shots: tuple[Shot, ...]


def rows(whole: GateResult) -> list[Row]:
    """Return a row for every practice that has a status, in the order of Fiskil's list of practices."""
    purposes = {unlock.hook: unlock.purpose for unlock in whole.result.unlocks}
    return [_row_of(status, whole, purposes) for status in whole.result.statuses]


def shots(pictures: Iterable[Picture], scenarios: Sequence[str]) -> list[Shot]:
    """Return the pictures of *scenarios*, including those that could not be taken or stored."""
    names = set(scenarios)
    return [
        Shot(picture=picture, look=look) for picture in pictures for look in picture.viewpoints if look.scenario in names
    ]


def _row_of(practice: PracticeStatus, whole: GateResult, purposes: dict[str, str]) -> Row:
    outcomes = [outcome for outcome in whole.result.scenarios if practice.practice in outcome.practices]
    findings = [
        (outcome.scenario, finding)
        for outcome in outcomes
        for finding in outcome.findings
        if practice.practice in finding.practices
    ]
    return Row(
        status=practice,
        findings=tuple(_decisive(practice, findings)),
        scenarios=len(outcomes),
        examined=len(findings),
        helps=tuple((hook, purposes.get(hook, "")) for hook in practice.hooks),
        shots=tuple(_relevant_shots(whole.pictures, practice, outcomes)),
    )


def _decisive(practice: PracticeStatus, findings: Sequence[FindingInScenario]) -> list[FindingInScenario]:
    """Return the findings that decided the status of *practice*.

    These are the failures. Without failures, they are INCONCLUSIVE findings of a practice that is not proven, preferably
    findings that lack no hook, or else one PASS of each probe that the practice needs.
    """
    failed = [pair for pair in findings if pair[1].verdict is Verdict.FAIL]
    if failed:
        return failed[:MOST_FINDINGS]
    if practice.status is Status.NOT_PROVEN:
        inconclusive = [pair for pair in findings if pair[1].verdict is Verdict.INCONCLUSIVE]
        return ([pair for pair in inconclusive if not pair[1].hook] or inconclusive)[:MOST_FINDINGS]
    needed = all_practices()[practice.practice].needed if practice.practice in all_practices() else ()
    first: dict[str, FindingInScenario] = {}
    for scenario, finding in findings:
        if finding.verdict is Verdict.PASS and (finding.probe in needed or not needed):
            first.setdefault(finding.probe, (scenario, finding))
    return list(first.values())[:MOST_FINDINGS]


def _relevant_shots(pictures: Sequence[Picture], practice: PracticeStatus, outcomes: Sequence[Outcome]) -> list[Shot]:
    """Return a few pictures, each of a different page, if the practice is about pages; failed scenarios come first."""
    definition = all_practices().get(practice.practice)
    if definition is None or PAGES not in definition.hooks:
        return []
    ordered = sorted(outcomes, key=lambda outcome: -outcome.verdict.weight)
    rank = {outcome.scenario: number for number, outcome in enumerate(ordered)}
    taken = [shot for shot in shots(pictures, list(rank)) if shot.picture.png]
    taken.sort(key=lambda shot: (rank[shot.look.scenario], shot.look.width_px))
    by_page: dict[str, Shot] = {}
    for shot in taken:
        by_page.setdefault(shot.look.page, shot)
    return list(by_page.values())[:MOST_PICTURES]
