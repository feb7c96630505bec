"""The report for people as one page: nothing to load, no script; it reads on a phone, in the dark and on paper.

For every known bug and finding that failed it shows the deliveries as a picture, what they changed, how to send them again,
and what mends it.
"""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from harness.bugs import SECTIONS, section_of
from harness.diagnosis import Diagnosis
from harness.driver import Outcome
from harness.exhibits import Exhibit
from harness.gate import Decision, GateResult
from harness.probes import Finding, Verdict
from harness.report import sequence, words
from harness.standings import PracticeStanding, Standing
from harness.trials import Hold

MOST_EXHIBITS = 3
"""So many of a bug's cases are shown; the others are like them."""

TONES = {
    Verdict.PASS: "good",
    Verdict.INCONCLUSIVE: "doubt",
    Verdict.FAIL: "bad",
    Standing.PROVEN: "good",
    Standing.ATTESTED: "good",
    Standing.NOT_PROVEN: "doubt",
    Standing.VIOLATED: "bad",
    Hold.HOLDS: "good",
    Hold.BREAKS: "bad",
    Hold.UNCLEAR: "doubt",
    Hold.UNMET: "doubt",
}


def render(whole: GateResult) -> str:
    """The report as a document."""
    judgement = whole.result
    return _template().render(
        whole=whole,
        judgement=judgement,
        run=whole.run,
        decision=words.decision_line(whole),
        tone={0: "good", 1: "bad"}.get(whole.exit_code, "doubt"),
        counts=list(_counts(whole)),
        tones=TONES,
        words_of=words.BUG_WORDS,
        sick=[one for one in judgement.bugs if one.verdict is Verdict.FAIL],
        told=words.told(judgement),
        bug_counts=words.bug_counts(judgement.bugs),
        sections=list(_sections(judgement.bugs)),
        counted=words.bug_counts,
        practices=[(title, list(rows)) for title, rows in groupby(judgement.standings, key=lambda one: one.section)],
        stood=_stood,
        trials=words.trial_counts(judgement),
        scenario_counts=words.scenario_counts(judgement),
        gathered=_gathered(whole),
        whole_of=partial(_whole_of, whole),
        again=partial(words.again, whole),
        given_by=partial(words.given_by, whole),
        seen=words.seen,
        comparison=words.comparison_line(whole),
        difference=words.difference_line,
        coverage=words.coverage_lines(judgement),
        drawing=sequence.drawing,
        in_words=sequence.in_words,
    )


@cache
def _template() -> Template:
    loader = PackageLoader("harness.report", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return made.get_template("report.html")


def _counts(whole: GateResult) -> Iterable[tuple[int, str]]:
    judgement = whole.result
    failing = [one for one in judgement.scenarios if one.verdict is Verdict.FAIL]
    yield len(failing), f"of {words.counted(len(judgement.scenarios), 'scenario')} failed"
    if judgement.bugs:
        yield (
            len([one for one in judgement.bugs if one.verdict is Verdict.FAIL]),
            f"of {len(judgement.bugs)} known bugs there",
        )
    if judgement.decision is not Decision.NOT_ASKED:
        yield judgement.required_met, f"of {judgement.required} required practices met"
    for standing in (Standing.VIOLATED, Standing.PROVEN, Standing.NOT_PROVEN):
        yield len(judgement.having(standing)), f"practices {standing}"


def _sections(bugs: Sequence[Diagnosis]) -> Iterable[tuple[str, list[Diagnosis]]]:
    for title in SECTIONS:
        rows = [one for one in bugs if section_of(one.row) == title]
        if rows:
            yield title, rows


def _stood(rows: Sequence[PracticeStanding]) -> str:
    return ", ".join(f"{count} {one}" for one in Standing if (count := len([row for row in rows if row.standing is one])))


def _gathered(whole: GateResult) -> dict[int, tuple[list[Exhibit], int]]:
    """For each bug that is there what to show of it: its first cases, else the finding as a whole.

    What an earlier bug has shown is not shown again; the number is that bug's row, and else 0.
    """
    gathered: dict[int, tuple[list[Exhibit], int]] = {}
    first: dict[tuple[str, str, tuple[str, ...]], int] = {}
    for bug in whole.result.bugs:
        if bug.verdict is Verdict.FAIL:
            found = _of(whole, bug.scenario, bug.probe)
            chosen = ([one for one in found if one.case in bug.cases] or [one for one in found if not one.case])[
                :MOST_EXHIBITS
            ]
            row = first.setdefault((bug.scenario, bug.probe, tuple(one.case for one in chosen)), bug.row)
            gathered[bug.row] = (chosen, 0) if row == bug.row or not chosen else ([], row)
    return gathered


def _whole_of(whole: GateResult, outcome: Outcome, finding: Finding) -> list[Exhibit]:
    """What there is to show of a finding; nothing where the bugs above show it already."""
    if any(
        (one.scenario, one.probe) == (outcome.scenario, finding.probe) and one.verdict is Verdict.FAIL
        for one in whole.result.bugs
    ):
        return []
    return [one for one in _of(whole, outcome.scenario, finding.probe) if not one.case]


def _of(whole: GateResult, scenario: str, probe: str) -> list[Exhibit]:
    return [one for one in whole.exhibits if (one.scenario, one.probe) == (scenario, probe)]
