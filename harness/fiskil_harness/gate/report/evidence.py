"""For each practice what a reader needs to believe its standing: who looked, what was seen, and what would tell more."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import Picture, Viewpoint
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices, practices_of

MOST_FINDINGS = 5
MOST_PICTURES = 3


class Shot(Struct, frozen=True, kw_only=True):
    """A picture with the look that is spoken of."""

    picture: Picture
    look: Viewpoint


class Row(Struct, frozen=True, kw_only=True):
    """One practice: ``found`` are the findings that decide, ``scenarios`` and ``looked`` how many bear on it.

    ``helps`` are missing hooks or facts, each with what it is for.
    """

    status: PracticeStatus
    findings: tuple[tuple[str, Finding], ...]
    scenarios: int
    examined: int
    helps: tuple[tuple[str, str], ...]
    shots: tuple[Shot, ...]


def rows(whole: GateResult) -> list[Row]:
    """Every practice that has a standing, in the order of Fiskil's page."""
    purposes = {unlock.hook: unlock.purpose for unlock in whole.result.unlocks}
    return [_row(status, whole, purposes) for status in whole.result.statuses]


def shots(pictures: Iterable[Picture], scenarios: Sequence[str]) -> list[Shot]:
    """The pictures of those scenarios, also those for which there was no room or that could not be taken."""
    wanted = set(scenarios)
    return [
        Shot(picture=picture, look=look) for picture in pictures for look in picture.viewpoints if look.scenario in wanted
    ]


def _row(one: PracticeStatus, whole: GateResult, purposes: dict[str, str]) -> Row:
    bearing = [outcome for outcome in whole.result.scenarios if one.practice in outcome.practices]
    found = [
        (outcome.scenario, finding)
        for outcome in bearing
        for finding in outcome.findings
        if one.practice in practices_of(finding.probe, outcome.practices)
    ]
    return Row(
        status=one,
        findings=tuple(_deciding(one, found)),
        scenarios=len(bearing),
        examined=len(found),
        helps=tuple((hook, purposes.get(hook, "")) for hook in one.hooks),
        shots=tuple(_telling(whole.pictures, one, bearing)),
    )


def _deciding(one: PracticeStatus, found: Sequence[tuple[str, Finding]]) -> list[tuple[str, Finding]]:
    """The failures; else the doubts that no missing hook explains; else one finding of each probe that was needed."""
    failed = [pair for pair in found if pair[1].verdict is Verdict.FAIL]
    if failed:
        return failed[:MOST_FINDINGS]
    if one.status is Status.NOT_PROVEN:
        doubts = [pair for pair in found if pair[1].verdict is Verdict.INCONCLUSIVE]
        return ([pair for pair in doubts if not pair[1].hook] or doubts)[:MOST_FINDINGS]
    needed = all_practices()[one.practice].needed if one.practice in all_practices() else ()
    first: dict[str, tuple[str, Finding]] = {}
    for scenario, finding in found:
        if finding.verdict is Verdict.PASS and (finding.probe in needed or not needed):
            first.setdefault(finding.probe, (scenario, finding))
    return list(first.values())[:MOST_FINDINGS]


def _telling(pictures: Sequence[Picture], one: PracticeStatus, bearing: Sequence[Outcome]) -> list[Shot]:
    """A few pictures, of different pages, where the experiment looks at pages: those that failed first."""
    row = all_practices().get(one.practice)
    if row is None or PAGES not in row.hooks:
        return []
    ordered = sorted(bearing, key=lambda outcome: -outcome.verdict.weight)
    rank = {outcome.scenario: number for number, outcome in enumerate(ordered)}
    seen = [each for each in shots(pictures, list(rank)) if each.picture.png]
    seen.sort(key=lambda each: (rank[each.look.scenario], each.look.width_px))
    by_page: dict[str, Shot] = {}
    for each in seen:
        by_page.setdefault(each.look.page, each)
    return list(by_page.values())[:MOST_PICTURES]
