"""Failures with each bug once: findings of the same probe are one failure, shown with its clearest finding."""

from collections.abc import Iterable

from msgspec import Struct

from fiskil_harness.core.model.findings import Kind
from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

_RANKS: list[Kind | None] = [*Kind, None]


class DistinctFailure(Struct, frozen=True, kw_only=True):
    """All FAILs of one probe. ``finding`` of ``outcome`` is the clearest, ``also`` are the other scenarios that show it."""

    outcome: Outcome
    finding: Finding
    also: tuple[str, ...] = ()


def distinct_failures(judgement: Judgement) -> list[DistinctFailure]:
    """Return the failures of the scenarios, those that happen in production first."""
    by_probe: dict[str, list[tuple[Outcome, Finding]]] = {}
    for outcome in judgement.scenarios:
        for finding in outcome.findings:
            if finding.verdict is Verdict.FAIL:
                by_probe.setdefault(finding.probe, []).append((outcome, finding))
    failures = [_failure(members) for members in by_probe.values()]
    return sorted(failures, key=lambda failure: _RANKS.index(failure.finding.kind))


def beyond_bugs(judgement: Judgement) -> list[DistinctFailure]:
    """Return the failures that no known bug explains: those of probes that showed no known bug."""
    probes = {bug.probe for bug in judgement.bugs if bug.verdict is Verdict.FAIL}
    return [failure for failure in distinct_failures(judgement) if failure.finding.probe not in probes]


def also_shown(bug: Diagnosis, judgement: Judgement) -> list[str]:
    """Return the scenarios, besides that of *bug* and of other known bugs, in which the probe of *bug* failed too.

    Of several bugs that one probe showed, only the first has these scenarios.
    """
    of_probe = [each for each in judgement.bugs if each.verdict is Verdict.FAIL and each.probe == bug.probe]
    if of_probe[0].bug != bug.bug:
        return []
    own = {each.scenario for each in of_probe}
    return [name for name in _failing(bug.probe, judgement.scenarios) if name not in own]


def _failing(probe: str, outcomes: Iterable[Outcome]) -> list[str]:
    return [
        outcome.scenario
        for outcome in outcomes
        if any(finding.probe == probe and finding.verdict is Verdict.FAIL for finding in outcome.findings)
    ]


def _failure(members: list[tuple[Outcome, Finding]]) -> DistinctFailure:
    """Choose the clearest finding: of the most frequent kind, of a scenario made for the question, with evidence."""

    def rank(member: tuple[Outcome, Finding]) -> tuple[int, bool, int]:
        outcome, finding = member
        return _RANKS.index(finding.kind), not finding.evidence, len(outcome.findings)

    clearest, finding = min(members, key=rank)
    also = tuple(outcome.scenario for outcome, _ in members if outcome is not clearest)
    return DistinctFailure(outcome=clearest, finding=finding, also=also)
