"""The report for a pull request or a job summary: GitHub-flavoured Markdown, short enough for one comment.

Practices that are not met are visible; everything else is folded. If the text gets too long, the longest folded parts
are left out first.
"""

from collections.abc import Iterable
from itertools import chain, groupby

from fiskil_harness.core.route_grid import KINDS
from fiskil_harness.gate.judgement import GateResult, Judgement
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.report import causes_text
from fiskil_harness.gate.report.distinct_failures import blocks_to_show
from fiskil_harness.gate.report.evidence import rows as evidence_rows
from fiskil_harness.gate.report.markdown_text import cell, code, code_lines, prose
from fiskil_harness.gate.report.summary import plainly
from fiskil_harness.gate.report.text import (
    STATED_HEADING,
    PrintedLines,
    again,
    bug_counts,
    comparison_line,
    counted,
    coverage_lines,
    decision_line,
    difference_line,
    finding_lines,
    interpretation_run_counts,
    route_cells,
    scenario_counts,
)
from fiskil_harness.probes import Verdict

WIDE = 100
MOST_BYTES = 60_000
"""GitHub accepts 65,536 characters in a comment."""
MOST_OF_FINDINGS = 30_000
LONGEST_CELL = 400
MOST_CAUSES = 12

Block = list[str]


def render(whole: GateResult) -> str:
    """Return the decision, a table of what is not met, and everything else folded."""
    judgement = whole.result
    head = [
        "# fiskil-harness",
        "",
        f"**{prose(decision_line(whole))}** Seed {judgement.seed}.",
        "",
        prose(plainly(whole)),
        "",
    ]
    head += [line for remark in (*judgement.remarks, *judgement.problems) for line in (prose(remark), "")]
    head += _comparison(whole) + _unmet(whole) + _causes(whole)
    blocks = [
        _findings(whole),
        _bugs(judgement),
        _stated(judgement),
        _met_practices(judgement),
        _interpretations(judgement),
        _exercised(whole),
        _record(whole),
    ]
    tail = ["To run it again:", "", "```sh", *code_lines([whole.run.again]), "```", ""]
    count = len(blocks)
    while sum(map(_size_bytes, (head, *blocks, tail))) > MOST_BYTES - 200 and blocks:
        blocks.remove(max(blocks, key=_size_bytes))
    dropped = count - len(blocks)
    note = f"{dropped} parts are left out to keep the comment short; `--html` and `--json` contain everything."
    return "\n".join([*head, *chain(*blocks), *([note, ""] if dropped else []), *tail])


def _comparison(whole: GateResult) -> list[str]:
    """Return what is worse and what is better than in the baseline."""
    comparison = whole.comparison
    if comparison is None:
        return []
    changes = {"worse": comparison.worse, "better": comparison.better}
    lines = [f"- {word}: {_cell_text(difference_line(change))}" for word, of_word in changes.items() for change in of_word]
    lines += [f"- {_cell_text(caveat)}" for caveat in comparison.caveats]
    return [f"**{prose(comparison_line(whole))}**", "", *lines, *([""] if lines else [])]


def _unmet(whole: GateResult) -> Block:
    """Return a table of every practice that is violated or not proven."""
    unmet = [row for row in evidence_rows(whole) if row.status.status in {Status.VIOLATED, Status.NOT_PROVEN}]
    if not unmet:
        return []
    lines = ["| status | practice | reason | what helps |", "|---|---|---|---|"]
    for row in sorted(unmet, key=lambda row: row.status.status is not Status.VIOLATED):
        practice = row.status
        fix = next((finding.fix for _, finding in row.findings if finding.verdict is Verdict.FAIL and finding.fix), "")
        helps = _cell_text(fix) or ", ".join(code(hook) for hook, _ in row.helps)
        status = f"{practice.status}{' (waived)' if practice.waiver else ''}"
        reason = _cell_text(practice.waiver or practice.reason)
        lines.append(f"| {status} | `{practice.practice}` | {reason} | {helps} |")
    return [*lines, ""]


def _causes(whole: GateResult) -> Block:
    """Return the largest causes of INCONCLUSIVE results as a list, each with its remedy and the line to add."""
    groups = whole.result.causes
    lines: Block = []
    for group in groups[:MOST_CAUSES]:
        lines += [f"- {prose(causes_text.cause_title(whole, group))}. {prose(group.remedy)}", ""]
        line = causes_text.cause_line(whole, group)
        lines += ["  ```toml", *(f"  {text}" for text in code_lines([line])), "  ```", ""] if line else []
    if len(groups) > MOST_CAUSES:
        lines += [f"- and {len(groups) - MOST_CAUSES} more causes, which `--html` and `--json` list", ""]
    return [f"## {causes_text.HEADING}", "", *lines] if groups else []


def _findings(whole: GateResult) -> Block:
    """Return the findings as code blocks, the failures first, as many as fit."""
    judgement = whole.result
    lines: Block = []
    blocks = blocks_to_show(judgement)
    printed = PrintedLines(whole.printed)
    for number, block in enumerate(blocks):
        command = again(whole, block.outcome.scenario)
        shown = finding_lines(block.outcome, block.findings, again=command, width=WIDE, printed=printed, also=block.also)
        lines += ["```text", *code_lines(shown), "```", ""]
        if _size_bytes(lines) > MOST_OF_FINDINGS and number + 1 < len(blocks):
            lines += [f"And {len(blocks) - number - 1} more scenarios; `--html` shows them all.", ""]
            break
    return folded(f"Findings: {scenario_counts(judgement)}", lines)


def _exercised(whole: GateResult) -> Block:
    """Return what the run exercised, and what it left out."""
    judgement = whole.result
    lines = [*(f"- {_cell_text(line)}" for line in coverage_lines(whole)), ""] if judgement.coverage else []
    if whole.routes:
        lines += [f"| route | moment | {' | '.join(KINDS)} |", f"|---|---|{'---|' * len(KINDS)}"]
        lines += [f"| {row.route} | {row.moment} | {' | '.join(route_cells(row))} |" for row in whole.routes]
        lines.append("")
    if judgement.left_out:
        lines += ["Not run:", "", *(f"- {_cell_text(text)}" for text in judgement.left_out), ""]
    return folded("What this run exercised", lines)


def _bugs(judgement: Judgement) -> Block:
    """Return the known bugs that the receiver has, and the counts."""
    if not judgement.bugs:
        return []
    lines = ["## Receiver", "", f"{len(judgement.bugs)} known bugs: {bug_counts(judgement.bugs)}.", ""]
    present = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
    if present:
        lines += ["| bug | the receiver | observed | fix |", "|---|---|---|---|"]
        for bug in present:
            cells = (str(bug.row), *map(_cell_text, (bug.title, bug.observed, bug.fix)))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return lines


def _met_practices(judgement: Judgement) -> Block:
    """Return every practice that is proven or attested."""
    met = [status for status in judgement.statuses if status.status in {Status.PROVEN, Status.ATTESTED}]
    lines: Block = []
    for section, statuses in groupby(met, key=lambda status: status.section):
        lines += [f"### {section}", "", "| status | practice | reason |", "|---|---|---|"]
        lines += [f"| {status.status} | `{status.practice}` | {_cell_text(status.reason)} |" for status in statuses]
        lines.append("")
    return folded(f"{counted(len(met), 'practice')} met", lines)


def _stated(judgement: Judgement) -> Block:
    """Return a table of the practices that the config states and no experiment proves."""
    stated = judgement.with_status(Status.STATED)
    if not stated:
        return []
    rows = [f"| `{practice.practice}` | {_cell_text(practice.reason)} |" for practice in stated]
    return [f"## {STATED_HEADING}", "", "| practice | reason |", "|---|---|", *rows, ""]


def _interpretations(judgement: Judgement) -> Block:
    if not judgement.interpretation_runs:
        return []
    lines = ["| result | clause=interpretation | reason |", "|---|---|---|"]
    for run in judgement.interpretation_runs:
        required = " (required)" if run.is_required else ""
        lines.append(f"| {run.result}{required} | `{run.clause}={run.interpretation}` | {_cell_text(run.reason)} |")
    return folded(interpretation_run_counts(judgement), [*lines, ""])


def _record(whole: GateResult) -> Block:
    if not whole.sha256:
        return []
    values = {"result": whole.sha256, "config": whole.run.digest}
    rows = [f"| {name} | `{value}` |" for name, value in values.items() if value]
    lines = ["| part | SHA-256 |", "|---|---|", *rows, ""]
    return folded(f"Record: fiskil-harness {whole.run.harness}, seed {whole.result.seed}", lines)


def folded(summary: str, lines: Iterable[str]) -> Block:
    """Return *lines* as a folded section with the heading *summary*; [] if there are no lines."""
    inner = list(lines)
    return ["<details>", f"<summary>{prose(summary)}</summary>", "", *inner, "</details>", ""] if inner else []


def _cell_text(text: str) -> str:
    return cell(text, longest=LONGEST_CELL)


def _size_bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", errors="replace")) + 1 for line in lines)
