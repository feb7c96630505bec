"""The report as one HTML page, without external files; it is readable on phones, in dark mode and in print.

The order is: the decision, what has to be fixed, every practice with its evidence, and what happened in every scenario as a
sequence diagram, a timeline and a list of calls. A script, the only one that the page's policy allows, builds these stories
when they are opened, and filters what is listed.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache, partial
from importlib import resources
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from msgspec import Struct, structs

from fiskil_harness.core.printable import printable
from fiskil_harness.core.route_grid import KINDS
from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.interpretation_runs import InterpretationResult
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.receiver_bugs import SECTIONS, section_of
from fiskil_harness.gate.report import delivery_diagram, evidence, story_diagram, summary, text, timeline
from fiskil_harness.gate.report.distinct_failures import also_shown, beyond_bugs
from fiskil_harness.gate.report.packed import packed
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import BOUNDS_MS, Excerpt, bounded
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices

MOST_EXCERPTS = 3
"""The maximum number of excerpts shown for a bug; further excerpts would be similar."""

MOST_OF_FINDINGS = 60
"""The maximum number of excerpts shown for findings; the scenario's story shows the deliveries of further findings."""

MOST_DRAWN, MOST_DRAWN_OF_FAILED = 30, 90
"""The maximum number of entries in the diagrams of a scenario that passed, and of one that failed."""

MOST_BYTES_OF_PICTURES = 800_000
"""The maximum size of the pictures on the page, unless those of failed scenarios are larger; the JSON report has more."""

SLOWEST = 8

LANES = {"end user": "user", "app": "app", "api": "API", "webhooks": "webhooks"}

TONES = {
    Verdict.PASS: "good",
    Verdict.INCONCLUSIVE: "doubt",
    Verdict.FAIL: "bad",
    Status.PROVEN: "good",
    Status.STATED: "attested",
    Status.ATTESTED: "attested",
    Status.NOT_PROVEN: "doubt",
    Status.VIOLATED: "bad",
    InterpretationResult.PASSES: "good",
    InterpretationResult.FAILS: "bad",
    InterpretationResult.INCONCLUSIVE: "doubt",
    InterpretationResult.NOT_REACHED: "doubt",
}


class MeterSegment(Struct, frozen=True, kw_only=True):
    """A segment of the bar that shows the number of practices by status."""

    count: int
    text: str
    tone: str
    style: str


def render(whole: GateResult) -> str:
    """Return the report as an HTML document."""
    whole = _with_few_pictures(whole)
    judgement = whole.result
    anchors = {
        scenario.scenario: "scenario-" + re.sub(r"[^\w-]", "-", scenario.scenario) for scenario in judgement.scenarios
    }
    rows = evidence.rows(whole)
    judged = {row.status.practice for row in rows}
    by_scenario: dict[str, list[evidence.Shot]] = {}
    for shot in evidence.shots(whole.pictures, list(anchors)):
        by_scenario.setdefault(shot.look.scenario, []).append(shot)
    meter = list(_meter(judgement))
    script = _script()
    timing = sorted(whole.measured, key=lambda measure: -measure.took_s)[:SLOWEST]
    acknowledgements = _summed([story.acknowledgements for story in whole.stories])
    present_bugs = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
    of_findings = [excerpt for excerpt in whole.excerpts if not excerpt.case]
    shown = {id(excerpt) for excerpt in of_findings[:MOST_OF_FINDINGS]}
    failures = beyond_bugs(judgement)
    ordered = sorted(judgement.scenarios, key=lambda outcome: (-outcome.verdict.weight, outcome.scenario))
    story_names = {story.scenario for story in whole.stories if story.entries}
    parts = {
        "baseline": whole.comparison and "Baseline",
        "present-bugs": present_bugs and "Known bugs",
        "findings": failures and "Findings",
        "causes": judgement.causes and "Inconclusive",
        "practices": rows and "Practices",
        "stated": judgement.with_status(Status.STATED) and "Stated",
        "bugs": judgement.bugs and "Receiver",
        "hooks": (judgement.unlocks or judgement.left_out) and "What would prove more",
        "coverage": judgement.coverage and "Exercised",
        "timing": timing and "Timing",
        "scenarios": judgement.scenarios and "Scenarios",
        "record": "Record",
    }
    return _template().render(
        whole=whole,
        judgement=judgement,
        run=whole.run,
        decision=text.decision_line(whole),
        plainly=summary.plainly(whole),
        busy=text.busy_lines(whole.measured),
        tone={0: "good", 1: "bad"}.get(whole.exit_code, "doubt"),
        meter=meter,
        meter_words=", ".join(f"{share.count} {share.text}" for share in meter),
        counts=list(_counts(whole)),
        parts=[(anchor, name) for anchor, name in parts.items() if name],
        tones=TONES,
        bug_labels=text.BUG_LABELS,
        present_bugs=present_bugs,
        failures=failures,
        also_shown=partial(also_shown, judgement=judgement),
        ordered=ordered,
        anchors=anchors,
        bug_counts=text.bug_counts(judgement.bugs),
        sections=list(_sections(judgement.bugs)),
        count_bugs=text.bug_counts,
        counted=text.counted,
        practices=[(title, list(of_title)) for title, of_title in groupby(rows, key=lambda row: row.status.section)],
        status_counts=_status_counts,
        stated=judgement.with_status(Status.STATED),
        stated_heading=text.STATED_HEADING,
        judged=judged,
        not_judged=[practice_id for practice_id in all_practices() if practice_id not in judged] if rows else [],
        interpretation_counts=text.interpretation_run_counts(judgement),
        scenario_counts=text.scenario_counts(judgement),
        bug_excerpts=_bug_excerpts(whole),
        excerpts_of=partial(_excerpts_of, whole, shown),
        again=partial(text.again, whole),
        how_to_give=partial(text.how_to_give, whole),
        observation=text.observation,
        comparison=text.comparison_line(whole),
        difference=text.difference_line,
        coverage=text.coverage_lines(whole),
        fault_kinds=KINDS,
        routes=[(row, text.route_cells(row)) for row in whole.routes],
        drawing=delivery_diagram.drawing,
        in_words=delivery_diagram.as_text,
        story_names=story_names,
        packed_stories=_packed_stories(whole),
        script=script,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        printed={excerpt.scenario: excerpt for excerpt in whole.printed},
        shots_of=lambda scenario: by_scenario.get(scenario, []),
        pictures=[picture for picture in whole.pictures if picture.png],
        timing=timing,
        spread=timeline.distribution(acknowledgements),
        acknowledged=sum(acknowledgements),
    )


def _with_few_pictures(whole: GateResult) -> GateResult:
    """Return *whole* with every picture of a failed scenario, and with others as far as there is room on the page."""
    failed = {outcome.scenario for outcome in whole.result.scenarios if outcome.verdict is Verdict.FAIL}
    of_failed = sum(picture.size_bytes for picture in whole.pictures if picture.viewpoints[0].scenario in failed)
    most_bytes = max(of_failed, MOST_BYTES_OF_PICTURES)
    return structs.replace(whole, pictures=bounded(whole.pictures, most_bytes=most_bytes, first=failed))


def _packed_stories(whole: GateResult) -> str:
    """Return the stories of the scenarios as a JSON object; only those of scenarios that failed have a timeline."""
    template = _environment().get_template("story.html")
    failing = {outcome.scenario for outcome in whole.result.scenarios if outcome.verdict is Verdict.FAIL}
    markup = {}
    for story in whole.stories:
        if story.entries:
            has_failed = story.scenario in failing
            most_drawn = MOST_DRAWN_OF_FAILED if has_failed else MOST_DRAWN
            markup[story.scenario] = template.render(
                story=story,
                diagram=story_diagram.diagram(story, most=most_drawn),
                plot=timeline.timeline(story, most=most_drawn * 2) if has_failed else "",
                is_wrong=story_diagram.is_wrong,
                lanes=LANES,
                took=_took,
                counted=text.counted,
            )
    return f'{{"stories":"{packed(markup)}"}}'


@cache
def _script() -> str:
    return resources.files("fiskil_harness.gate.report").joinpath("templates", "report.js").read_text(encoding="utf-8")


@cache
def _template() -> Template:
    return _environment().get_template("report.html")


@cache
def _environment() -> Environment:
    loader = PackageLoader("fiskil_harness.gate.report", "templates")
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


def _printable(value: object) -> object:
    """Return what the page shows for *value*: a text without control characters and marks that reorder the page."""
    # The type stays, because Jinja escapes a plain string but not its own type of markup.
    return type(value)(printable(value)) if isinstance(value, str) else value


def _counts(whole: GateResult) -> Iterable[tuple[int, str]]:
    judgement = whole.result
    failing = [scenario for scenario in judgement.scenarios if scenario.verdict is Verdict.FAIL]
    yield len(failing), f"of {text.counted(len(judgement.scenarios), 'scenario')} failed"
    if judgement.bugs:
        present = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
        yield len(present), f"of {len(judgement.bugs)} known bugs found"
    if judgement.decision is not Decision.NOT_REQUESTED:
        yield judgement.required_met, f"of {judgement.required} required practices met"


def _meter(judgement: Judgement) -> Iterable[MeterSegment]:
    """Yield a segment for each status that a practice has, the good ones first."""
    waived = [status for status in judgement.with_status(Status.VIOLATED) if status.waiver]
    counts = {
        ("proven", "good", ""): len(judgement.with_status(Status.PROVEN)),
        ("stated in the config", "attested", ""): len(judgement.with_status(Status.STATED)),
        ("attested by people", "attested", "dotted"): len(judgement.with_status(Status.ATTESTED)),
        ("not proven", "doubt", "ruled"): len(judgement.with_status(Status.NOT_PROVEN)),
        ("violated and waived", "bad", "dotted"): len(waived),
        ("violated", "bad", "hatched"): len(judgement.with_status(Status.VIOLATED)) - len(waived),
    }
    for (name, tone, style), count in counts.items():
        if count:
            yield MeterSegment(count=count, text=name, tone=tone, style=style)


def _summed(counts_of_stories: Iterable[tuple[int, ...]]) -> list[int]:
    total = [0] * (len(BOUNDS_MS) + 1)
    for counts in counts_of_stories:
        for number, count in enumerate(counts[: len(total)]):
            total[number] += count
    return total


def _took(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.0005 else "under 1 ms"


def _sections(bugs: Sequence[Diagnosis]) -> Iterable[tuple[str, list[Diagnosis]]]:
    for title in SECTIONS:
        rows = [bug for bug in bugs if section_of(bug.row) == title]
        if rows:
            yield title, rows


def _status_counts(rows: Sequence[evidence.Row]) -> str:
    statuses = [row.status.status for row in rows]
    return ", ".join(f"{statuses.count(status)} {status}" for status in Status if status in statuses)


def _bug_excerpts(whole: GateResult) -> dict[int, tuple[list[Excerpt], int]]:
    """Return the excerpts of each bug that is present, by the bug's row, together with a row number.

    The excerpts are those of the bug's first cases, else those of the whole finding. If an earlier bug shows the same
    excerpts, the list is empty and the number is the row of that bug; otherwise the number is 0.
    """
    by_row: dict[int, tuple[list[Excerpt], int]] = {}
    first: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for bug in whole.result.bugs:
        if bug.verdict is Verdict.FAIL:
            of_probe = _of_probe(whole, bug.scenario, bug.probe)
            of_cases = [excerpt for excerpt in of_probe if excerpt.case in bug.cases]
            chosen = (of_cases or [excerpt for excerpt in of_probe if not excerpt.case])[:MOST_EXCERPTS]
            row = first.setdefault((bug.scenario, bug.probe, tuple(excerpt.case for excerpt in chosen)), bug.row)
            by_row[bug.row] = (chosen, 0) if row == bug.row or not chosen else ([], row)
    return by_row


def _excerpts_of(whole: GateResult, shown: set[int], outcome: Outcome, finding: Finding) -> list[Excerpt]:
    """Return the excerpts of *finding* whose ``id()`` is in *shown*; [] if the report already shows them for a known bug."""
    if (outcome.scenario, finding.probe) in {
        (bug.scenario, bug.probe) for bug in whole.result.bugs if bug.verdict is Verdict.FAIL
    }:
        return []
    of_probe = _of_probe(whole, outcome.scenario, finding.probe)
    return [excerpt for excerpt in of_probe if not excerpt.case and id(excerpt) in shown]


def _of_probe(whole: GateResult, scenario: str, probe: str) -> list[Excerpt]:
    return [excerpt for excerpt in whole.excerpts if (excerpt.scenario, excerpt.probe) == (scenario, probe)]
