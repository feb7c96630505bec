"""Failures with each bug once: FAILs of one probe with one fix are one failure, shown with its clearest finding."""

from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from fiskil_harness.core.model.findings import Kind
from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.report.text import findings_to_show
from fiskil_harness.probes import PROBES, Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.webhooks.survives_every_plan import probe_of_failed_plan

Member = tuple[Outcome, Finding]
_RANKS: list[Kind | None] = [*Kind, None]


class DistinctFailure(Struct, frozen=True, kw_only=True):
    """All FAILs with one cause. ``finding`` of ``outcome`` is the clearest, ``also`` are the other scenarios that show it.

    ``anchor`` is the name of its place in a page: the probe, with a number if the probe found several causes.
    """

    outcome: Outcome
    finding: Finding
    also: tuple[str, ...] = ()
    anchor: str = ""


class FindingBlock(Struct, frozen=True, kw_only=True):
    """Findings of one scenario that have the same verdict and are shown together.

    ``also`` has the other scenarios that show the same cause, and ``bugs`` the known bugs that the finding shows, by probe.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    also: dict[str, tuple[str, ...]]
    bugs: dict[str, tuple[Diagnosis, ...]]


def blocks_to_show(judgement: Judgement) -> list[FindingBlock]:
    """Return the findings that a reader must see, each cause once, by scenario, the failures first."""
    shown = [(outcome, sorted(findings, key=_comes_later)) for outcome, findings in findings_to_show(judgement)]
    by_cause = _by_cause([(outcome, finding) for outcome, findings in shown for finding in findings], judgement)
    clearest = {id(failure.finding): failure for failure in map(_failure, by_cause)}
    blocks = [(outcome, tuple(finding for finding in findings if id(finding) in clearest)) for outcome, findings in shown]
    return [
        FindingBlock(
            outcome=outcome,
            findings=findings,
            also={finding.probe: clearest[id(finding)].also for finding in findings},
            bugs={finding.probe: _bugs_of(clearest[id(finding)], judgement) for finding in findings},
        )
        for outcome, findings in blocks
        if findings
    ]


def bugs_beyond(blocks: Iterable[FindingBlock], judgement: Judgement) -> list[Diagnosis]:
    """Return the known bugs that the receiver has and that no finding of *blocks* shows."""
    shown = {bug.bug for block in blocks for bugs in block.bugs.values() for bug in bugs}
    return [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL and bug.bug not in shown]


def distinct_failures(judgement: Judgement) -> list[DistinctFailure]:
    """Return the failures of the scenarios, those that happen in production first."""
    failed = [
        (outcome, finding)
        for outcome in judgement.scenarios
        for finding in outcome.findings
        if finding.verdict is Verdict.FAIL
    ]
    failures = [_failure(members) for members in _by_cause(failed, judgement)]
    counts: Counter[str] = Counter()
    named: list[DistinctFailure] = []
    for failure in sorted(failures, key=lambda failure: _RANKS.index(failure.finding.kind)):
        counts[failure.finding.probe] += 1
        number = counts[failure.finding.probe]
        anchor = failure.finding.probe + (f"-{number}" if number > 1 else "")
        named.append(msgspec.structs.replace(failure, anchor=anchor))
    return named


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


def _bugs_of(failure: DistinctFailure, judgement: Judgement) -> tuple[Diagnosis, ...]:
    """Return the known bugs that *failure* shows, in any of its scenarios."""
    if failure.finding.verdict is not Verdict.FAIL:
        return ()
    places = {failure.outcome.scenario, *failure.also}
    return tuple(
        bug
        for bug in judgement.bugs
        if bug.verdict is Verdict.FAIL and bug.probe == failure.finding.probe and bug.scenario in places
    )


def _failing(probe: str, outcomes: Iterable[Outcome]) -> list[str]:
    return [
        outcome.scenario
        for outcome in outcomes
        if any(finding.probe == probe and finding.verdict is Verdict.FAIL for finding in outcome.findings)
    ]


def _comes_later(finding: Finding) -> bool:
    """Return False for a finding that may explain others, which comes first."""
    kind = PROBES.get(finding.probe)
    return kind is None or not kind.explains_others


def _by_cause(findings: Iterable[Member], judgement: Judgement) -> list[list[Member]]:
    """Return *findings* in groups with the same cause.

    A generated plan joins the failure of a named scenario if the same probe failed, with the same fix, or with that of a
    known bug which this probe detected.
    """
    groups: dict[tuple[str, ...], list[Member]] = {}
    plans: list[Member] = []
    for outcome, finding in findings:
        if probe_of_failed_plan(finding):
            plans.append((outcome, finding))
        else:
            groups.setdefault(_cause(finding), []).append((outcome, finding))
    for outcome, plan in plans:
        probe = probe_of_failed_plan(plan)
        is_of_bug = any(bug.verdict is Verdict.FAIL and bug.probe == probe and bug.fix == plan.fix for bug in judgement.bugs)
        same = (cause for cause in groups if cause[:2] == (Verdict.FAIL, probe) and (is_of_bug or cause[2] == plan.fix))
        groups.setdefault(next(same, _cause(plan)), []).append((outcome, plan))
    return list(groups.values())


def _cause(finding: Finding) -> tuple[str, ...]:
    """Return what findings with the same cause share. Failures are worded with the values of their scenario."""
    text = finding.fix if finding.verdict is Verdict.FAIL else finding.observed
    return finding.verdict, finding.probe, text


def _failure(members: list[Member]) -> DistinctFailure:
    """Choose the clearest finding: of a named scenario, the most frequent kind, a scenario made for it, with evidence."""

    def rank(member: Member) -> tuple[bool, int, bool, int]:
        outcome, finding = member
        is_plan = bool(probe_of_failed_plan(finding))
        return is_plan, _RANKS.index(finding.kind), not finding.evidence, len(outcome.findings)

    clearest, finding = min(members, key=rank)
    also = tuple(dict.fromkeys(outcome.scenario for outcome, _ in members if outcome is not clearest))
    return DistinctFailure(outcome=clearest, finding=finding, also=also)
