"""The judge on trial: what it says of each app of the gallery, held against the truth about that app.

A flaw must be caught by the probes that its entry names, in practices and in bugs; a correct app must be accused of nothing.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from fiskil_harness.errors import HarnessError
from fiskil_harness.gate.judgement import Judgement, judge
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.gate.selftest import assignment, gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.practices import all_practices, practices_of
from fiskil_harness.runner.worker import Worker, first_line
from fiskil_harness.scenario.scenario import Scenario

NEVER_TRUSTED = frozenset({"webhooks.idempotent", "webhooks.signature"})
"""What nobody can prove who does nothing."""


class Catch(Struct, frozen=True, kw_only=True):
    """A practice or a bug that was found where it had to be, and by whom."""

    what: str
    scenario: str
    probe: str


class SelftestResult(Struct, frozen=True, kw_only=True):
    """What came of one app.

    ``bugs_found`` are bugs of the catalogue. ``overlooked`` must be found and were not. ``false_alarms`` blame the app for
    something that it does not do. ``inconclusive`` lists open questions although no hook is missing. ``not_tried`` is the
    reason why the app was not tried; empty if it was.
    """

    name: str
    title: str
    framework: str
    collection: str
    caught: tuple[Catch, ...] = ()
    overlooked: tuple[str, ...] = ()
    false_alarms: tuple[str, ...] = ()
    inconclusive: tuple[str, ...] = ()
    bugs_found: tuple[str, ...] = ()
    not_tried: str = ""

    @property
    def is_correct(self) -> bool:
        """Whether the judge said what is true of the app."""
        return not (self.not_tried or self.overlooked or self.false_alarms or self.inconclusive)


class BugRow(Struct, frozen=True, kw_only=True):
    """A bug of the catalogue, the apps that have it, and those of them where it was seen."""

    row: int
    bug: str
    having: tuple[str, ...]
    detected: tuple[str, ...]
    reason: str = ""


class PracticeRow(Struct, frozen=True, kw_only=True):
    """A practice, the flawed apps that were caught by its id, and those that should have been and were not."""

    practice: str
    caught: tuple[str, ...]
    missed: tuple[str, ...] = ()


def scenarios_for(entry: GalleryApp) -> list[Scenario]:
    """What *entry* meets: its own scenarios and some others, or all that take a moment where nothing else is said."""
    return assignment.moments(entry) if entry.others is None else assignment.own_and_others(entry)


def play(
    entry: GalleryApp,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    today: datetime.date,
    folder: Path | None = None,
    opened: Callable[[Worker], None] = lambda _: None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Judgement:
    """Run *scenarios* on *entry* and let the gate judge.

    Args:
        opened: Is told the worker, for whoever may have to close it.
        goes_on: Is asked before each scenario.

    Raises:
        HarnessError: The app does not start.
    """
    settings = gallery.settings(entry)
    worker = Worker(settings, seed=seed, folder=folder)
    opened(worker)
    try:
        played = [worker.play(scenario) for scenario in scenarios if goes_on()]
    finally:
        worker.close()
    met = {what for each_played in played for what in each_played.measure.coverage_marks}
    return judge([each_played.outcome for each_played in played], settings=settings, seed=seed, today=today, met=met)


def evaluate(entry: GalleryApp, judged: Callable[[], Judgement]) -> SelftestResult:
    """Hold what *judged* comes to against the truth about *entry*; a missing tool or an app that does not start is told."""
    lacks = gallery.missing_tool(entry)
    if lacks:
        return _result(entry, not_tried=f"needs {lacks}")
    try:
        judgement = judged()
    except HarnessError as error:
        return _result(entry, not_tried=first_line(str(error)))
    if entry.collection == "correct":
        return _result(entry, false_alarms=failures(judgement), inconclusive=inconclusive_findings(judgement))
    missing = missed(judgement, entry) if entry.violates else wrongly_trusted(judgement)
    return _result(
        entry,
        caught=tuple(_catches(judgement, entry)),
        overlooked=missing,
        false_alarms=false_alarms(judgement, entry),
        bugs_found=tuple(bug.bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL),
    )


def table(hearings: Iterable[SelftestResult]) -> list[BugRow]:
    """For each bug of the catalogue the apps that have it, and those where it was found."""
    entries = gallery.apps()
    heard = [hearing for hearing in hearings if not hearing.not_tried]
    rows = []
    for bug_id, bug in bugs().items():
        having = [result for result in heard if bug_id in entries[result.name].bugs]
        seen = tuple(result.name for result in having if bug_id in result.bugs_found)
        rows.append(
            BugRow(row=bug.row, bug=bug_id, having=tuple(result.name for result in having), detected=seen, reason=bug.reason)
        )
    return rows


def practice_table(hearings: Iterable[SelftestResult]) -> list[PracticeRow]:
    """For each practice that an app can violate the flawed apps that were caught by its id, in the order of the page."""
    heard = [hearing for hearing in hearings if hearing.collection == "flawed" and not hearing.not_tried]
    caught = {result.name: {catch.what for catch in result.caught} for result in heard}
    entries = gallery.apps()
    return [
        PracticeRow(
            practice=all_practice.id,
            caught=tuple(name for name in caught if all_practice.id in caught[name]),
            missed=tuple(name for name in caught if all_practice.id in {*entries[name].violates} - caught[name]),
        )
        for all_practice in all_practices().values()
        if all_practice.measure != "flows"
    ]


def missed(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """What must be found and is not: practices, probes that must fail in the app's own scenarios, these, and bugs."""
    practices = set(entry.violates) - set(having(judgement, Status.VIOLATED))
    probes = set(entry.probes) - failed(judgement, entry)
    return [*sorted(practices), *sorted(probes), *survived(judgement, entry), *undiagnosed(judgement, entry)]


def survived(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """The scenarios that are to catch the app, and in which nothing failed."""
    return [
        scenario.scenario
        for scenario in judgement.scenarios
        if scenario.scenario in entry.scenarios and scenario.verdict is not Verdict.FAIL
    ]


def undiagnosed(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """The bugs that the app has and the diagnosis does not say so."""
    found = {bug.bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL}
    return [bug for bug in entry.bugs if bug not in found]


def failed(judgement: Judgement, entry: GalleryApp) -> set[str]:
    """The probes that failed in the scenarios which are to catch the app."""
    own = [outcome for outcome in judgement.scenarios if outcome.scenario in entry.scenarios]
    return {finding.probe for outcome in own for finding in outcome.findings if finding.verdict is Verdict.FAIL}


def false_alarms(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """What is violated and neither must be nor may be, with the reason."""
    found = having(judgement, Status.VIOLATED)
    return [f"{text}: {found[text]}" for text in found if text not in {*entry.violates, *entry.may}]


def wrongly_trusted(judgement: Judgement) -> list[str]:
    """What an app that does nothing was believed."""
    proven = sorted(NEVER_TRUSTED & set(having(judgement, Status.PROVEN)))
    return proven or ([] if judgement.verdict is not Verdict.PASS else ["every scenario passed"])


def failures(judgement: Judgement) -> list[str]:
    """Every finding that is a FAIL."""
    return _findings(judgement, lambda verdict, _: verdict is Verdict.FAIL)


def inconclusive_findings(judgement: Judgement) -> list[str]:
    """Every finding that cannot tell, but for those that only lack a hook."""
    return _findings(judgement, lambda verdict, hook: verdict is Verdict.INCONCLUSIVE and not hook)


def having(judgement: Judgement, standing: Status) -> dict[str, str]:
    """Practices of one standing, with the reason."""
    return {status.practice: status.reason for status in judgement.with_status(standing)}


def _findings(judgement: Judgement, is_wanted: Callable[[Verdict, str], bool]) -> list[str]:
    return [
        f"{outcome.scenario}: {finding.probe} {finding.verdict}: {finding.observed}"
        for outcome in judgement.scenarios
        for finding in outcome.findings
        if is_wanted(finding.verdict, finding.hook)
    ]


def _catches(judgement: Judgement, entry: GalleryApp) -> Iterable[Catch]:
    """For each practice that must be violated the finding that says so, for each bug its witness."""
    violated = having(judgement, Status.VIOLATED)
    for practice in [violate for violate in entry.violates if violate in violated]:
        failing = [
            Catch(what=practice, scenario=outcome.scenario, probe=finding.probe)
            for outcome in judgement.scenarios
            for finding in outcome.findings
            if practice in practices_of(finding.probe, outcome.practices) and finding.verdict is Verdict.FAIL
        ]
        named = [catch for catch in failing if catch.probe in entry.probes]
        yield from [*named, *failing][:1]
    for bug in judgement.bugs:
        if bug.bug in entry.bugs and bug.verdict is Verdict.FAIL:
            yield Catch(what=f"{bug.row} {bug.bug}", scenario=bug.scenario, probe=bug.probe)


def _result(entry: GalleryApp, **what: object) -> SelftestResult:
    told = {"name": entry.name, "title": entry.title, "framework": entry.framework, "collection": entry.collection, **what}
    return msgspec.convert(told, SelftestResult, strict=False, from_attributes=True)
