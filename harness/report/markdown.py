"""The report for a pull request or a job summary: GitHub-flavoured Markdown."""

from itertools import groupby

from harness.gate import GateResult, Judgement
from harness.probes import Verdict
from harness.report.words import (
    again,
    bug_counts,
    comparison_line,
    coverage_lines,
    decision_line,
    difference_line,
    finding_lines,
    told,
    trial_counts,
)

WIDE = 100


def render(whole: GateResult) -> str:
    """The decision, the findings, and the practices as tables."""
    judgement = whole.result
    lines = ["# fiskil-harness", "", f"**{decision_line(whole)}** Seed {judgement.seed}.", ""]
    lines += [line for remark in judgement.remarks for line in (remark, "")]
    lines += _comparison(whole)
    for outcome, findings in told(judgement):
        shown = finding_lines(outcome, findings, again=again(whole, outcome.scenario), width=WIDE)
        lines += ["```text", *(line.replace("```", "'''") for line in shown), "```", ""]
    lines += _bugs(judgement)
    for section, rows in groupby(judgement.standings, key=lambda one: one.section):
        lines += [f"## {section}", "", "| standing | practice | reason |", "|---|---|---|"]
        lines += [f"| {one.standing} | `{one.practice}` | {_cell(one.waiver or one.reason)} |" for one in rows]
        lines.append("")
    if judgement.trials:
        lines += [
            "## Other readings",
            "",
            f"{trial_counts(judgement)}.",
            "",
            "| app | clause=reading | reason |",
            "|---|---|---|",
        ]
        lines += [
            f"| {one.hold}{' (required)' if one.is_required else ''} | `{one.clause}={one.reading}` | {_cell(one.reason)} |"
            for one in judgement.trials
        ]
        lines.append("")
    if judgement.coverage:
        lines += ["## What this run exercised", "", *(f"- {_cell(one)}" for one in coverage_lines(judgement)), ""]
    if judgement.left_out:
        lines += ["## Not run", "", *(f"- {_cell(one)}" for one in judgement.left_out), ""]
    lines += ["To run it again:", "", "```sh", whole.run.again, "```", ""]
    return "\n".join(lines)


def _comparison(whole: GateResult) -> list[str]:
    """What is worse and better than in the baseline."""
    found = whole.compared
    if found is None:
        return []
    changed = [*(("worse", one) for one in found.worse), *(("better", one) for one in found.better)]
    lines = [f"**{comparison_line(whole)}**", ""]
    lines += [f"- {word}: {_cell(difference_line(one))}" for word, one in changed]
    lines += [f"- {_cell(one)}" for one in found.caveats]
    return [*lines, ""] if changed or found.caveats else lines


def _bugs(judgement: Judgement) -> list[str]:
    """The known bugs that the receiver has, and how many it was looked at for."""
    if not judgement.bugs:
        return []
    lines = ["## Receiver", "", f"{len(judgement.bugs)} known bugs: {bug_counts(judgement.bugs)}.", ""]
    sick = [one for one in judgement.bugs if one.verdict is Verdict.FAIL]
    if sick:
        lines += ["| bug | the receiver | seen | fix |", "|---|---|---|---|"]
        lines += [f"| {one.row} | {_cell(one.title)} | {_cell(one.seen)} | {_cell(one.fix)} |" for one in sick]
        lines.append("")
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
