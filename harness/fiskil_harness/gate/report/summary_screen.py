"""The end of a gate on the terminal: one screen of 80 columns and 24 rows as far as possible.

It has the decision, the counts, the violated practices, INCONCLUSIVE results by cause, the report files, and what to do
next. Lists are cut so that the screen holds the beginning of each; `-v` shows everything.
"""

from collections import Counter
from collections.abc import Sequence
from math import ceil

from fiskil_harness.gate.inconclusive_causes import CauseGroup
from fiskil_harness.gate.judgement import Comparison, Decision, Difference, GateResult, stays_shut
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.gate.report import causes_text
from fiskil_harness.gate.report.text import (
    again,
    busy_lines,
    command_lines,
    comparison_line,
    decision_line,
    difference_line,
    scenario_counts,
    wrapped,
)
from fiskil_harness.probes import Finding, Verdict

ROWS = 24
"""The rows of the smallest terminal. One of them is for the prompt that follows."""
FEWEST_VIOLATIONS, FEWEST_CAUSES = 6, 2
"""The number of violations, and of causes, that are shown even if the screen has no room for them."""
MOST_DIFFERENCES = 4
MOST_EXCEPTIONS, FEWEST_SCENARIOS = 2, 3
"""The number of the app's exceptions that are named, and the scenarios in which one must occur to be named."""
MOST_OF_EXCEPTION = 80
MANY_NOT_PROVEN = 20
"""The number of practices that are not proven from which the default of `[gate] required` is explained."""

Line = tuple[str, str]
"""A line and its style: "" for plain text."""
Block = list[Line]


def summary(whole: GateResult, width: int, *, reports: Sequence[str] = ()) -> list[Line]:
    """Return the lines of the summary.

    Args:
        width: Columns of the terminal. A line of the config may be longer, so that it can be copied in one piece.
        reports: The report files that the command writes.
    """
    head, tail = _head(whole, width), _tail(whole, width, reports)
    violations = [_violation(whole, practice, width) for practice in _violated(whole)]
    violations += [_interpretation(text, width) for text in _failed_interpretations(whole)]
    causes = [_cause(whole, group, width) for group in whole.result.causes]
    room = ROWS - 1 - _rows((*head, *tail), width)
    least = _least(causes, width)
    shown_violations, room = _fitting("Violated", violations, room - least, width, fewest=FEWEST_VIOLATIONS)
    shown_causes, _ = _fitting(causes_text.HEADING, causes, room + least, width, fewest=FEWEST_CAUSES)
    return [*head, *shown_violations, *shown_causes, *tail]


def _least(blocks: Sequence[Block], width: int) -> int:
    """Return the rows that the first blocks of a list need with its heading and the line about the others."""
    return sum(_rows(block, width) for block in blocks[:FEWEST_CAUSES]) + (2 if blocks else 0)


def _fitting(title: str, blocks: Sequence[Block], room: int, width: int, *, fewest: int) -> tuple[Block, int]:
    """Return the heading and as many of *blocks* as fit into *room* rows, and the rows that remain."""
    if not blocks:
        return [], room
    shown: list[Block] = []
    for number, block in enumerate(blocks):
        is_last = number + 1 == len(blocks)
        used = 1 + sum(_rows(each, width) for each in shown) + _rows(block, width) + (0 if is_last else 1)
        if used > room and number >= fewest:
            break
        shown.append(block)
    left = len(blocks) - len(shown)
    lines = [(title, "bold"), *(line for block in shown for line in block)]
    lines += [(f"  and {left} more; -v shows them", "")] if left else []
    return lines, room - _rows(lines, width)


def _rows(lines: Sequence[Line], width: int) -> int:
    return sum(max(ceil(len(text) / width), 1) for text, _ in lines)


def _head(whole: GateResult, width: int) -> Block:
    judgement = whole.result
    style = {0: "bold green", 1: "bold red"}.get(whole.exit_code, "bold yellow")
    counts = f"{scenario_counts(judgement)}, in {whole.run.took_s:.0f} s"
    is_decided = judgement.decision is not Decision.NOT_REQUESTED
    is_incomplete = whole.run.internal_errors or whole.run.was_interrupted
    lines = [(line, style) for line in wrapped(decision_line(whole) if is_decided or is_incomplete else counts, width)]
    if is_decided:
        practices = ", ".join(
            f"{len(judgement.with_status(status))} {status}" for status in Status if judgement.with_status(status)
        )
        lines += [*_plain(f"{judgement.practices} practices: {practices}", width), *_plain(counts, width)]
    lines += _plain(_why_all(whole), width) if _why_all(whole) else []
    lines += [line for text in _exceptions(whole) for line in _plain(text, width)]
    remarks = [*judgement.remarks, *busy_lines(whole.measured), *judgement.problems, comparison_line(whole)]
    for text in filter(None, remarks):
        lines += _plain(text, width)
    if whole.comparison is not None:
        for difference in _differences(whole.comparison):
            word = "better" if difference.weight is Verdict.PASS else "worse "
            lines += _plain(f"  {word} {difference_line(difference)}", width)
    return lines


def _differences(comparison: Comparison) -> list[Difference]:
    """Return every way in which the config became looser, and some of the other differences."""
    of_config = [difference for difference in comparison.worse if difference.is_of_config]
    others = [difference for difference in comparison.worse if not difference.is_of_config]
    return [*of_config, *[*others, *comparison.better][:MOST_DIFFERENCES]]


def _why_all(whole: GateResult) -> str:
    """Return a sentence about the default of `[gate] required` if much of it is not proven; "" otherwise."""
    judgement = whole.result
    is_all = judgement.decision is Decision.SHUT and judgement.required == judgement.practices
    if not is_all or len(judgement.with_status(Status.NOT_PROVEN)) < MANY_NOT_PROVEN:
        return ""
    return 'All are required: [gate] required is "all". List there what you need now.'


def _exceptions(whole: GateResult) -> list[str]:
    """Return one line for each of the app's most frequent exceptions in scenarios that did not pass."""
    first: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for excerpt in whole.printed:
        if excerpt is not None and excerpt.exception:
            first.setdefault(excerpt.exception, excerpt.scenario)
            counts[excerpt.exception] += 1
    frequent = [(exception, count) for exception, count in counts.most_common(MOST_EXCEPTIONS) if count >= FEWEST_SCENARIOS]
    return [
        f"Your app printed {_cut(exception, MOST_OF_EXCEPTION)} in {count} of these scenarios, first in {first[exception]}."
        for exception, count in frequent
    ]


def _violated(whole: GateResult) -> list[PracticeStatus]:
    """Return the violated practices: the required ones first, those with a waiver last."""
    violated = whole.result.with_status(Status.VIOLATED)
    return sorted(violated, key=lambda practice: (bool(practice.waiver), not practice.is_required))


def _violation(whole: GateResult, practice: PracticeStatus, width: int) -> Block:
    finding = _first_failure(whole, practice.practice)
    reason = "waived" if practice.waiver else finding.observed if finding else practice.reason
    return [(_cut(f"  {practice.practice}  {reason}", width), "")]


def _first_failure(whole: GateResult, practice_id: str) -> Finding | None:
    return next((finding for _, finding in _failures(whole) if practice_id in finding.practices), None)


def _failures(whole: GateResult) -> list[tuple[str, Finding]]:
    return [
        (outcome.scenario, finding)
        for outcome in whole.result.scenarios
        for finding in outcome.findings
        if finding.verdict is Verdict.FAIL
    ]


def _failed_interpretations(whole: GateResult) -> list[str]:
    runs = filter(stays_shut, whole.result.interpretation_runs)
    return [f"{run.clause}={run.interpretation}  {run.result}: {run.reason}" for run in runs]


def _interpretation(text: str, width: int) -> Block:
    return [(_cut(f"  {text}", width), "")]


def _cause(whole: GateResult, group: CauseGroup, width: int) -> Block:
    """Return the block of one cause: its title, then the line to add, or a reason that was observed and the remedy."""
    lines = _plain(f"  {causes_text.cause_title(whole, group)}", width)
    line = causes_text.cause_line(whole, group)
    if line:
        return [*lines, (f"      {line}", "cyan")]
    reasons = [line for reason in group.reasons[:1] for line in _plain(f"      {_cut(reason, 2 * width - 20)}", width)]
    return [*lines, *reasons, *_plain(f"      {group.remedy}", width)]


def _tail(whole: GateResult, width: int, reports: Sequence[str]) -> Block:
    written = f"Report: {', '.join(reports)}" if reports else "Report: add --html FILE, or -v for everything here"
    lines = _plain(written, width)
    label, command = _next_step(whole)
    lines += [(line, "") for line in command_lines(label, command, width)] if command else _plain(label, width)
    if whole.run.plans:
        first, *others = whole.run.plans
        more = f" (and {len(others)} more in the same folder)" if others else ""
        lines += _plain(f"Saved plan: {first}{more}", width)
    return [*lines, *((line, "") for line in command_lines("Again:", whole.run.again, width))]


def _next_step(whole: GateResult) -> tuple[str, str]:
    """Return what to do next as a sentence, and a command that belongs to it ("" if there is none)."""
    judgement = whole.result
    violated = [practice.practice for practice in _violated(whole) if not practice.waiver]
    failed = [name for practice in violated for name, finding in _failures(whole) if practice in finding.practices]
    if failed and again(whole, failed[0]) == whole.run.again:
        return "Next: read and fix the first violation, then run it again.", ""
    if failed:
        return "Next: read and fix the first violation:", again(whole, failed[0])
    if judgement.decision is Decision.OPEN:
        return ("Next: run the whole gate before a release, without --fast." if judgement.is_fast else "Next: release."), ""
    if any(causes_text.cause_line(whole, group) for group in judgement.causes):
        return f"Next: add what is missing, then run it again. {causes_text.PAGE} explains every cause.", ""
    return (
        f"Next: see {causes_text.PAGE}, which explains every cause." if judgement.causes else "Next: see the report."
    ), ""


def _plain(text: str, width: int) -> Block:
    indent = " " * (len(text) - len(text.lstrip()))
    return [(line, "") for line in wrapped(text.strip(), width, first_indent=indent, later_indent=f"{indent}  ")]


def _cut(text: str, width: int) -> str:
    first = text.partition("\n")[0]
    return first if len(first) <= width else f"{first[: width - 3]}..."
