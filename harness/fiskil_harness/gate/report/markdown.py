"""The report for a pull request or a job summary: GitHub-flavoured Markdown, short enough for one comment.

What is not met stands open; all else is folded. Where it would get too long the folded parts go, the longest first.
"""

from collections.abc import Iterable
from itertools import groupby

from fiskil_harness.gate.judgement import GateResult, Judgement
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.report.evidence import rows
from fiskil_harness.gate.report.summary import plainly
from fiskil_harness.gate.report.text import (
    again,
    bug_counts,
    comparison_line,
    counted,
    coverage_lines,
    decision_line,
    difference_line,
    finding_lines,
    findings_to_show,
    interpretation_run_counts,
    scenario_counts,
)
from fiskil_harness.probes import Verdict

WIDE = 100
MOST_BYTES = 60_000
"""GitHub takes 65,536 characters in a comment."""
MOST_OF_FINDINGS = 30_000
LONGEST_CELL = 400

Block = list[str]


def render(whole: GateResult) -> str:
    """The decision, what is not met, and everything else folded."""
    judgement = whole.result
    head = ["# fiskil-harness", "", f"**{decision_line(whole)}** Seed {judgement.seed}.", "", plainly(whole), ""]
    head += [line for remark in judgement.remarks for line in (_text(remark), "")]
    head += _comparison(whole) + _unmet(whole)
    blocks = [
        ("findings", _findings(whole)),
        ("receiver", _bugs(judgement)),
        ("practices", _kept(judgement)),
        ("interpretations", _interpretations(judgement)),
        ("exercised", _exercised(judgement)),
        ("record", _record(whole)),
    ]
    tail = ["To run it again:", "", "```sh", whole.run.again, "```", ""]
    dropped = 0
    while _bytes([*head, *(line for _, block in blocks for line in block), *tail]) > MOST_BYTES - 200 and blocks:
        longest = max(blocks, key=lambda pair: _bytes(pair[1]))
        blocks.remove(longest)
        dropped += 1
    if dropped:
        tail = [f"{dropped} parts were too long for a comment; `--html` and `--json` write everything.", "", *tail]
    return "\n".join([*head, *(line for _, block in blocks for line in block), *tail])


def _comparison(whole: GateResult) -> list[str]:
    """What is worse and better than in the baseline."""
    found = whole.compared
    if found is None:
        return []
    changed = [
        *(("worse", difference) for difference in found.worse),
        *(("better", difference) for difference in found.better),
    ]
    lines = [f"**{comparison_line(whole)}**", ""]
    lines += [f"- {word}: {_cell(difference_line(difference))}" for word, difference in changed]
    lines += [f"- {_cell(caveat)}" for caveat in found.caveats]
    return [*lines, ""] if changed or found.caveats else lines


def _unmet(whole: GateResult) -> Block:
    """A table of every practice that keeps the gate shut, or would."""
    unmet = [row for row in rows(whole) if row.status.status in {Status.VIOLATED, Status.NOT_PROVEN}]
    if not unmet:
        return []
    lines = ["| standing | practice | why | what helps |", "|---|---|---|---|"]
    for row in sorted(unmet, key=lambda each: each.status.status is not Status.VIOLATED):
        one = row.status
        fix = next((finding.fix for _, finding in row.findings if finding.verdict is Verdict.FAIL and finding.fix), "")
        helps = fix or ", ".join(f"`{hook}`" for hook, _ in row.helps)
        standing = f"{one.status}{' (waived)' if one.waiver else ''}"
        lines.append(f"| {standing} | `{one.practice}` | {_cell(one.waiver or one.reason)} | {_cell(helps)} |")
    return [*lines, ""]


def _findings(whole: GateResult) -> Block:
    """Each finding as code; those that failed first, as many as fit."""
    judgement = whole.result
    lines: Block = []
    every = findings_to_show(judgement)
    for number, (outcome, findings) in enumerate(every):
        shown = finding_lines(outcome, findings, again=again(whole, outcome.scenario), width=WIDE)
        lines += ["```text", *(line.replace("```", "'''") for line in shown), "```", ""]
        if _bytes(lines) > MOST_OF_FINDINGS and number + 1 < len(every):
            lines += [f"And {len(every) - number - 1} more scenarios; `--html` shows them all.", ""]
            break
    return folded(f"Findings: {scenario_counts(judgement)}", lines)


def _exercised(judgement: Judgement) -> Block:
    """What the run exercised, and which scenarios it left out."""
    lines = [*(f"- {_cell(coverage_line)}" for coverage_line in coverage_lines(judgement)), ""] if judgement.coverage else []
    if judgement.left_out:
        lines += ["Not run:", "", *(f"- {_cell(text)}" for text in judgement.left_out), ""]
    return folded("What this run exercised", lines)


def _bugs(judgement: Judgement) -> Block:
    """The known bugs that the receiver has, and how many it was looked at for."""
    if not judgement.bugs:
        return []
    lines = ["## Receiver", "", f"{len(judgement.bugs)} known bugs: {bug_counts(judgement.bugs)}.", ""]
    sick = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
    if sick:
        lines += ["| bug | the receiver | seen | fix |", "|---|---|---|---|"]
        lines += [
            f"| {diagnosis.row} | {_cell(diagnosis.title)} | {_cell(diagnosis.observed)} | {_cell(diagnosis.fix)} |"
            for diagnosis in sick
        ]
        lines.append("")
    return lines


def _kept(judgement: Judgement) -> Block:
    """Every practice that the app keeps, as experiments or people say."""
    kept = [status for status in judgement.statuses if status.status in {Status.PROVEN, Status.ATTESTED}]
    lines: Block = []
    for section, each in groupby(kept, key=lambda status: status.section):
        lines += [f"### {section}", "", "| standing | practice | reason |", "|---|---|---|"]
        lines += [f"| {status.status} | `{status.practice}` | {_cell(status.reason)} |" for status in each]
        lines.append("")
    return folded(f"{counted(len(kept), 'practice')} kept", lines)


def _interpretations(judgement: Judgement) -> Block:
    if not judgement.interpretation_runs:
        return []
    lines = ["| app | clause=reading | reason |", "|---|---|---|"]
    for run in judgement.interpretation_runs:
        required = " (required)" if run.is_required else ""
        lines.append(f"| {run.result}{required} | `{run.clause}={run.interpretation}` | {_cell(run.reason)} |")
    return folded(f"Other interpretations: {interpretation_run_counts(judgement)}", [*lines, ""])


def _record(whole: GateResult) -> Block:
    one = whole.digests
    if not one.seal:
        return []
    lines = [
        f"| {name} | `{value}` |" for name, value in (("evidence", one.evidence), ("config", one.config), ("seal", one.seal))
    ]
    lines = ["| digest | sha256 |", "|---|---|", *lines, ""]
    return folded(f"Record: fiskil-harness {one.harness}, seed {one.seed}", lines)


def folded(summary: str, lines: Iterable[str]) -> Block:
    """*lines* behind a line that unfolds them; nothing of nothing."""
    inner = list(lines)
    return ["<details>", f"<summary>{_text(summary)}</summary>", "", *inner, "</details>", ""] if inner else []


def _cell(text: str) -> str:
    shown = text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + " ..."
    return _text(shown).replace("|", "\\|").replace("\n", " ")


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _bytes(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", errors="replace")) + 1 for line in lines)
