"""Findings as tasks for a program or a person: what shows the failure, the rule, the remedy, and when the task is done.

A task repeats parts of the report, so it is computed from the report and not stored in it.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from fiskil_harness.core.printable import json_text
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.lessons import Lesson, lessons_about
from fiskil_harness.gate.report.distinct_failures import DistinctFailure, distinct_failures
from fiskil_harness.gate.report.text import again
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.evidence import Excerpt, ExcerptLine, ShellCommand
from fiskil_harness.scenario.kinds import cited

LANGUAGES = ("Python", "JavaScript")


class Rule(Struct, frozen=True, kw_only=True):
    """The rule that the app broke: what was expected, the practices that it belongs to, and where the rule is from."""

    expected: str
    practices: tuple[str, ...]
    sources: tuple[str, ...]


class Remedy(Struct, frozen=True, kw_only=True):
    """The fix of the failure: a sentence, why it matters, and right code by language, as a sketch."""

    fix: str
    why: str = ""
    code: dict[str, str] = {}


class Task(Struct, frozen=True, kw_only=True):
    """One failure with one cause.

    ``shown_by`` are the fewest deliveries and effects that show it, or observations if it shows in something else, and
    ``requests`` the shell commands that send these deliveries. ``bugs`` are the known bugs that it shows. ``also_in`` lists
    further scenarios that fail for the same reason, and ``again`` is the command that repeats the clearest one.
    """

    id: str
    scenario: str
    observed: str
    shown_by: tuple[str, ...]
    requests: tuple[ShellCommand, ...]
    rule: Rule
    remedy: Remedy
    bugs: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    again: str
    done_when: str


def render(whole: GateResult) -> str:
    """Return the tasks of a report as a JSON array."""
    return json_text(msgspec.json.format(msgspec.json.encode(tasks(whole)), indent=2).decode()) + "\n"


def tasks(whole: GateResult) -> list[Task]:
    """Return a task for each distinct failure, those that happen in production first."""
    return [_task(whole, failure) for failure in distinct_failures(whole.result)]


def _task(whole: GateResult, failure: DistinctFailure) -> Task:
    finding, scenario = failure.finding, failure.outcome.scenario
    places = {scenario, *failure.also}
    bugs = tuple(
        bug.bug
        for bug in whole.result.bugs
        if bug.verdict is Verdict.FAIL and bug.probe == finding.probe and bug.scenario in places
    )
    excerpt = next((each for each in whole.excerpts if (each.scenario, each.probe) == (scenario, finding.probe)), None)
    command = again(whole, scenario)
    return Task(
        id=failure.anchor,
        scenario=scenario,
        observed=finding.observed,
        shown_by=tuple(_shown_by(excerpt)) or finding.evidence,
        requests=excerpt.commands if excerpt is not None else (),
        rule=Rule(
            expected=finding.expected,
            practices=finding.practices,
            sources=tuple(cited(source.strip()) for source in finding.source.split(",") if source.strip()),
        ),
        remedy=_remedy(finding.fix, [*bugs, finding.probe, *finding.practices], whole.run.app.language),
        bugs=bugs,
        also_in=failure.also,
        again=command,
        done_when=f"`{command}` no longer reports {finding.probe} as FAIL, and its exit code is not 1.",
    )


def _shown_by(excerpt: Excerpt | None) -> Iterator[str]:
    """Yield the deliveries that a finding is about, and what they caused."""
    for beat in excerpt.beats if excerpt is not None else ():
        if beat.is_witness or beat.kind != "delivery":
            yield _text_of(beat)


def _text_of(beat: ExcerptLine) -> str:
    note = f" ({beat.note})" if beat.note else ""
    return f"{beat.text}{note}" + (f": {beat.response}" if beat.response else "")


def _remedy(fix: str, ids: Iterable[str], language: str) -> Remedy:
    """Return the remedy with code of the first lesson about *ids*: in *language*, or in each language if it is unknown."""
    lesson = next(iter(lessons_about(ids)), None)
    if lesson is None:
        return Remedy(fix=fix)
    languages = (language,) if language in LANGUAGES else LANGUAGES
    return Remedy(fix=fix, why=lesson.why, code={each: _code(lesson, each) for each in languages})


def _code(lesson: Lesson, language: str) -> str:
    code = lesson.python if language == "Python" else lesson.javascript
    return code.right.strip("\n")
