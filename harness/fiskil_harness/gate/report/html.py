"""The report for people as one page: nothing to load, no script; it reads on a phone, in the dark and on paper.

The decision comes first, then what has to be mended, then every practice with its evidence, then what happened in every
scenario: as a sequence, over time, and call by call.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, partial
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from msgspec import Struct

from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.interpretation_trials import TrialResult
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.receiver_bugs import SECTIONS, section_of
from fiskil_harness.gate.report import delivery_diagram, evidence, story_diagram, summary, text, timeline
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import BOUNDS_MS, Excerpt
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices

MOST_EXCERPTS = 3
"""So many of a bug's cases are shown; the others are like them."""

MOST_OF_FINDINGS = 60
"""So many findings are shown with their deliveries; where more failed, the stories of their scenarios tell the rest."""

MOST_DRAWN, MOST_DRAWN_OPEN, MOST_DRAWN_IN_ALL = 30, 90, 3600
"""So much of a story is drawn: of one that nobody may ever unfold, of one that lies open, and of all that lie open."""

SLOWEST = 8

LANES = {"end user": "user", "app": "app", "api": "API", "webhooks": "webhooks"}

TONES = {
    Verdict.PASS: "good",
    Verdict.INCONCLUSIVE: "doubt",
    Verdict.FAIL: "bad",
    Status.PROVEN: "good",
    Status.ATTESTED: "said",
    Status.NOT_PROVEN: "doubt",
    Status.VIOLATED: "bad",
    TrialResult.HOLDS: "good",
    TrialResult.BREAKS: "bad",
    TrialResult.UNCLEAR: "doubt",
    TrialResult.UNMET: "doubt",
}


class Share(Struct, frozen=True, kw_only=True):
    """A part of the bar that shows how many practices stand how."""

    count: int
    text: str
    tone: str
    style: str


def render(whole: GateResult) -> str:
    """The report as a document."""
    judgement = whole.result
    told = text.findings_to_show(judgement)
    homes = {scenario.scenario: "scenario-" + re.sub(r"[^\w-]", "-", scenario.scenario) for scenario in judgement.scenarios}
    rows = evidence.rows(whole)
    asked = {row.status.practice for row in rows}
    by_scenario: dict[str, list[evidence.Shot]] = {}
    for shot in evidence.shots(whole.pictures, list(homes)):
        by_scenario.setdefault(shot.look.scenario, []).append(shot)
    meter = list(_meter(judgement))
    timing = sorted(whole.measured, key=lambda measure: -measure.took_s)[:SLOWEST]
    acknowledgements = _summed([story.acknowledgements for story in whole.stories])
    sick = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
    chosen = {id(excerpt) for excerpt in [excerpt for excerpt in whole.excerpts if not excerpt.case][:MOST_OF_FINDINGS]}
    drawn_open = max(MOST_DRAWN // 2, min(MOST_DRAWN_OPEN, MOST_DRAWN_IN_ALL // max(1, len(told))))
    parts = {
        "compared": whole.compared and "Baseline",
        "there": sick and "Known bugs",
        "findings": told and "Findings",
        "practices": rows and "Practices",
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
        unrest=text.busy_lines(whole.measured),
        tone={0: "good", 1: "bad"}.get(whole.exit_code, "doubt"),
        meter=meter,
        meter_words=", ".join(f"{share.count} {share.text}" for share in meter),
        counts=list(_counts(whole)),
        parts=[(anchor, name) for anchor, name in parts.items() if name],
        tones=TONES,
        words_of=text.BUG_LABELS,
        sick=sick,
        told=told,
        homes=homes,
        homed=[],
        bug_counts=text.bug_counts(judgement.bugs),
        sections=list(_sections(judgement.bugs)),
        counted_bugs=text.bug_counts,
        counted=text.counted,
        practices=[(title, list(each)) for title, each in groupby(rows, key=lambda row: row.status.section)],
        stood=_stood,
        stood_at=asked,
        unasked=[all_practice for all_practice in all_practices() if all_practice not in asked] if rows else [],
        trials=text.interpretation_run_counts(judgement),
        scenario_counts=text.scenario_counts(judgement),
        gathered=_gathered(whole),
        whole_of=partial(_whole_of, whole, chosen),
        again=partial(text.again, whole),
        given_by=partial(text.how_to_give, whole),
        seen=text.observation,
        comparison=text.comparison_line(whole),
        difference=text.difference_line,
        coverage=text.coverage_lines(judgement),
        drawing=delivery_diagram.drawing,
        in_words=delivery_diagram.as_text,
        stories={story.scenario: story for story in whole.stories},
        shots_of=lambda scenario: by_scenario.get(scenario, []),
        pictures=[picture for picture in whole.pictures if picture.png],
        diagram=story_diagram.diagram,
        timeline=timeline.timeline,
        is_wrong=story_diagram.is_wrong,
        most_drawn=lambda is_open: drawn_open if is_open else MOST_DRAWN,
        lanes=LANES,
        took=_took,
        timing=timing,
        spread=timeline.distribution(acknowledgements),
        acknowledged=sum(acknowledgements),
    )


@cache
def _template() -> Template:
    loader = PackageLoader("fiskil_harness.gate.report", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("report.html")


def _counts(whole: GateResult) -> Iterable[tuple[int, str]]:
    judgement = whole.result
    failing = [scenario for scenario in judgement.scenarios if scenario.verdict is Verdict.FAIL]
    yield len(failing), f"of {text.counted(len(judgement.scenarios), 'scenario')} failed"
    if judgement.bugs:
        yield (
            len([bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]),
            f"of {len(judgement.bugs)} known bugs there",
        )
    if judgement.decision is not Decision.NOT_REQUESTED:
        yield judgement.required_met, f"of {judgement.required} required practices met"


def _meter(judgement: Judgement) -> Iterable[Share]:
    """How the practices stand, the good ones first; only where there are any."""
    waived = [status for status in judgement.with_status(Status.VIOLATED) if status.waiver]
    counts = {
        ("proven", "good", ""): len(judgement.with_status(Status.PROVEN)),
        ("attested by people", "said", "dotted"): len(judgement.with_status(Status.ATTESTED)),
        ("not proven", "doubt", "ruled"): len(judgement.with_status(Status.NOT_PROVEN)),
        ("violated and waived", "bad", "dotted"): len(waived),
        ("violated", "bad", "hatched"): len(judgement.with_status(Status.VIOLATED)) - len(waived),
    }
    for (name, tone, style), count in counts.items():
        if count:
            yield Share(count=count, text=name, tone=tone, style=style)


def _summed(each: Iterable[tuple[int, ...]]) -> list[int]:
    total = [0] * (len(BOUNDS_MS) + 1)
    for counts in each:
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


def _stood(rows: Sequence[evidence.Row]) -> str:
    standings = [row.status.status for row in rows]
    return ", ".join(f"{standings.count(status)} {status}" for status in Status if status in standings)


def _gathered(whole: GateResult) -> dict[int, tuple[list[Excerpt], int]]:
    """For each bug that is there what to show of it: its first cases, else the finding as a whole.

    What an earlier bug has shown is not shown again; the number is that bug's row, and else 0.
    """
    gathered: dict[int, tuple[list[Excerpt], int]] = {}
    first: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for bug in whole.result.bugs:
        if bug.verdict is Verdict.FAIL:
            found = _of(whole, bug.scenario, bug.probe)
            chosen = (
                [excerpt for excerpt in found if excerpt.case in bug.cases]
                or [excerpt for excerpt in found if not excerpt.case]
            )[:MOST_EXCERPTS]
            row = first.setdefault((bug.scenario, bug.probe, tuple(excerpt.case for excerpt in chosen)), bug.row)
            gathered[bug.row] = (chosen, 0) if row == bug.row or not chosen else ([], row)
    return gathered


def _whole_of(whole: GateResult, chosen: set[int], outcome: Outcome, finding: Finding) -> list[Excerpt]:
    """What there is to show of a finding; nothing where the bugs above show it already, or where too much is shown."""
    if any(
        (bug.scenario, bug.probe) == (outcome.scenario, finding.probe) and bug.verdict is Verdict.FAIL
        for bug in whole.result.bugs
    ):
        return []
    return [excerpt for excerpt in _of(whole, outcome.scenario, finding.probe) if not excerpt.case and id(excerpt) in chosen]


def _of(whole: GateResult, scenario: str, probe: str) -> list[Excerpt]:
    return [excerpt for excerpt in whole.excerpts if (excerpt.scenario, excerpt.probe) == (scenario, probe)]
