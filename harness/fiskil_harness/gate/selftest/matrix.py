"""Compares the gate's findings about each app of the gallery with the facts in the app's gallery entry.

The gate must report the practices, probes and bugs that the entry of a flawed app lists, and none for a correct app.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from fiskil_harness.errors import HarnessError
from fiskil_harness.gate.judgement import Judgement, judge
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.receiver_bugs import bugs
from fiskil_harness.gate.selftest import assignment, gallery
from fiskil_harness.gate.selftest.gallery import GalleryApp
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.runner.session import Session, SessionResult
from fiskil_harness.runner.worker import Worker, first_line
from fiskil_harness.scenario.scenario import Scenario

NEVER_TRUSTED = frozenset({"webhooks.idempotent", "webhooks.signature"})
"""Practices that must not be proven for an app that does nothing."""


class Catch(Struct, frozen=True, kw_only=True):
    """A violated practice or a bug that was detected as expected, with the scenario and probe that detected it."""

    subject: str
    scenario: str
    probe: str


class SelftestResult(Struct, frozen=True, kw_only=True):
    """The result of one app.

    ``bugs_found`` are the detected bugs of the catalogue. ``overlooked`` lists what should have been detected and was not.
    ``false_alarms`` are failures that the app's entry does not explain. ``inconclusive`` lists INCONCLUSIVE findings that
    lack no hook. ``not_tried`` is the reason why the app did not run; "" if it ran.
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


class BugRow(Struct, frozen=True, kw_only=True):
    """A bug of the catalogue, the apps that have the bug, and the apps in which it was detected."""

    row: int
    bug: str
    having: tuple[str, ...]
    detected: tuple[str, ...]
    reason: str = ""


class PracticeRow(Struct, frozen=True, kw_only=True):
    """A practice, the flawed apps that were caught violating it, and those that violate it and were not caught."""

    practice: str
    caught: tuple[str, ...]
    missed: tuple[str, ...] = ()


class SelftestReport(Struct, frozen=True, kw_only=True):
    """All results of one run of the command, and its exit code. ``practices`` is empty if they were not requested."""

    format: Literal["fiskil-harness/selftest/1"] = "fiskil-harness/selftest/1"
    seed: int
    apps: tuple[SelftestResult, ...]
    bugs: tuple[BugRow, ...]
    practices: tuple[PracticeRow, ...]
    exit_code: int


def scenarios_for(entry: GalleryApp) -> list[Scenario]:
    """Return the scenarios for *entry*: those it lists and some others, or all quick ones if ``entry.others`` is None."""
    return assignment.quick(entry) if entry.others is None else assignment.own_and_others(entry)


def play(
    entry: GalleryApp,
    scenarios: Sequence[Scenario],
    *,
    seed: int,
    today: datetime.date,
    folder: Path | None = None,
    on_open: Callable[[Worker], None] = lambda _: None,
    on_result: Callable[[SessionResult], None] = lambda _: None,
    should_continue: Callable[[], bool] = lambda: True,
) -> Judgement:
    """Run *scenarios* on *entry* and return the gate's judgement.

    Args:
        folder: Working folder of the worker; a temporary one by default.
        on_open: Receives the worker, so that the caller can close it early.
        on_result: Receives the results before they are judged.
        should_continue: Called before each scenario; False skips the rest.

    Raises:
        HarnessError: The app does not start.
    """
    settings = gallery.settings(entry)
    worker = Worker(settings, seed=seed, folder=folder)
    on_open(worker)
    session = Session(scenarios, seed=seed)
    session.play(worker, should_continue=should_continue)
    if session.was_interrupted:
        raise KeyboardInterrupt
    result = session.result()
    on_result(result)
    return judge(result.outcomes, settings=settings, seed=seed, today=today, coverage_marks=result.coverage_marks)


def evaluate(entry: GalleryApp, play_and_judge: Callable[[], Judgement]) -> SelftestResult:
    """Compare the judgement that *play_and_judge* returns with the facts about *entry*.

    A missing tool, or an app that does not start, becomes the result's ``not_tried``.
    """
    missing_tool = gallery.missing_tool(entry)
    if missing_tool:
        return _result(entry, not_tried=f"needs {missing_tool}")
    try:
        judgement = play_and_judge()
    except HarnessError as error:
        return _result(entry, not_tried=first_line(str(error)))
    if entry.collection == "correct":
        return _result(entry, false_alarms=failures(judgement), inconclusive=inconclusive_findings(judgement))
    overlooked = missed(judgement, entry) if entry.violates else wrongly_trusted(judgement)
    return _result(
        entry,
        caught=tuple(_catches(judgement, entry)),
        overlooked=overlooked,
        false_alarms=false_alarms(judgement, entry),
        bugs_found=tuple(bug.bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL),
    )


def bug_table(results: Iterable[SelftestResult]) -> list[BugRow]:
    """Return one row for each bug of the catalogue: the apps that have it, and those in which it was detected."""
    entries = gallery.apps()
    tried = [result for result in results if not result.not_tried]
    rows = []
    for bug_id, bug in bugs().items():
        having = [result for result in tried if bug_id in entries[result.name].bugs]
        detected = tuple(result.name for result in having if bug_id in result.bugs_found)
        names = tuple(result.name for result in having)
        rows.append(BugRow(row=bug.row, bug=bug_id, having=names, detected=detected, reason=bug.reason))
    return rows


def practice_table(results: Iterable[SelftestResult]) -> list[PracticeRow]:
    """Return one row for each practice that an app can violate, in the order of Fiskil's page."""
    tried = [result for result in results if result.collection == "flawed" and not result.not_tried]
    caught = {result.name: {catch.subject for catch in result.caught} for result in tried}
    entries = gallery.apps()
    return [
        PracticeRow(
            practice=practice.id,
            caught=tuple(name for name in caught if practice.id in caught[name]),
            missed=tuple(name for name in caught if practice.id in {*entries[name].violates} - caught[name]),
        )
        for practice in all_practices().values()
        if practice.measure != "flows"
    ]


def missed(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """Return what should have been detected and was not: practices, probes, scenarios in which nothing failed, and bugs."""
    practices = set(entry.violates) - set(reasons_by_practice(judgement, Status.VIOLATED))
    probes = set(entry.probes) - failed(judgement, entry)
    return [*sorted(practices), *sorted(probes), *survived(judgement, entry), *undiagnosed(judgement, entry)]


def survived(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """Return the scenarios that should detect the app's flaw, but in which no probe failed."""
    return [
        scenario.scenario
        for scenario in judgement.scenarios
        if scenario.scenario in entry.scenarios and scenario.verdict is not Verdict.FAIL
    ]


def undiagnosed(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """Return the app's bugs that the diagnosis did not detect."""
    detected = {bug.bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL}
    return [bug for bug in entry.bugs if bug not in detected]


def failed(judgement: Judgement, entry: GalleryApp) -> set[str]:
    """Return the probes that failed in the scenarios that should detect the app's flaw."""
    own = [outcome for outcome in judgement.scenarios if outcome.scenario in entry.scenarios]
    return {finding.probe for outcome in own for finding in outcome.findings if finding.verdict is Verdict.FAIL}


def false_alarms(judgement: Judgement, entry: GalleryApp) -> list[str]:
    """Return the violated practices that the app's entry does not list, each with the reason."""
    reasons = reasons_by_practice(judgement, Status.VIOLATED)
    return [f"{name}: {reasons[name]}" for name in reasons if name not in {*entry.violates, *entry.may}]


def wrongly_trusted(judgement: Judgement) -> list[str]:
    """Return the practices wrongly proven for an app that does nothing; without any, a line if every scenario passed."""
    proven = sorted(NEVER_TRUSTED & set(reasons_by_practice(judgement, Status.PROVEN)))
    return proven or ([] if judgement.verdict is not Verdict.PASS else ["every scenario passed"])


def failures(judgement: Judgement) -> list[str]:
    """Return a line for every FAIL finding."""
    return _finding_lines(judgement, lambda verdict, _: verdict is Verdict.FAIL)


def inconclusive_findings(judgement: Judgement) -> list[str]:
    """Return a line for every INCONCLUSIVE finding, except those that only lack a hook."""
    return _finding_lines(judgement, lambda verdict, hook: verdict is Verdict.INCONCLUSIVE and not hook)


def reasons_by_practice(judgement: Judgement, status: Status) -> dict[str, str]:
    """Return the practices with *status*, each with its reason."""
    return {practice.practice: practice.reason for practice in judgement.with_status(status)}


def _finding_lines(judgement: Judgement, is_selected: Callable[[Verdict, str], bool]) -> list[str]:
    return [
        f"{outcome.scenario}: {finding.probe} {finding.verdict}: {finding.observed}"
        for outcome in judgement.scenarios
        if not outcome.outside
        for finding in outcome.findings
        if is_selected(finding.verdict, finding.hook)
    ]


def _catches(judgement: Judgement, entry: GalleryApp) -> Iterable[Catch]:
    """Yield one catch for each practice that was violated as expected, and for each bug that was detected as expected."""
    violated = reasons_by_practice(judgement, Status.VIOLATED)
    for practice in [practice_id for practice_id in entry.violates if practice_id in violated]:
        failing = [
            Catch(subject=practice, scenario=outcome.scenario, probe=finding.probe)
            for outcome in judgement.scenarios
            for finding in outcome.findings
            if practice in finding.practices and finding.verdict is Verdict.FAIL
        ]
        named = [catch for catch in failing if catch.probe in entry.probes]
        yield from [*named, *failing][:1]
    for bug in judgement.bugs:
        if bug.bug in entry.bugs and bug.verdict is Verdict.FAIL:
            yield Catch(subject=f"{bug.row} {bug.bug}", scenario=bug.scenario, probe=bug.probe)


def _result(entry: GalleryApp, **fields: object) -> SelftestResult:
    entry_fields = {"name": entry.name, "title": entry.title, "framework": entry.framework, "collection": entry.collection}
    return msgspec.convert({**entry_fields, **fields}, SelftestResult, strict=False, from_attributes=True)
