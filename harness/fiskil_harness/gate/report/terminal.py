"""The report on the terminal: failures and their fixes, every practice, missing hooks, and the command to repeat the run.

Lines have at most 80 columns; there is colour only on a terminal.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from fiskil_harness.core.printable import printable
from fiskil_harness.gate.interpretation_runs import InterpretationResult, was_not_run
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement, is_only_required
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.gate.report import causes_text
from fiskil_harness.gate.report import text as wording
from fiskil_harness.gate.report.distinct_failures import FindingBlock, blocks_to_show, bugs_beyond
from fiskil_harness.gate.report.summary_screen import summary
from fiskil_harness.gate.report.text import advice, again, decision_line, finding_lines, findings_to_show, scenario_counts
from fiskil_harness.probes import PROBES, Verdict

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {
    Status.PROVEN: "green",
    Status.STATED: "cyan",
    Status.ATTESTED: "cyan",
    Status.NOT_PROVEN: "yellow",
    Status.VIOLATED: "bold red",
    Verdict.PASS: "green",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.FAIL: "bold red",
    InterpretationResult.PASSES: "green",
    InterpretationResult.FAILS: "bold red",
    InterpretationResult.INCONCLUSIVE: "yellow",
    InterpretationResult.NOT_REACHED: "",
}


def show(whole: GateResult, console: "Console") -> None:
    """Print the report *whole* to *console*."""
    judgement = whole.result
    width = min(console.width, wording.WIDTH)
    blocks = blocks_to_show(judgement)
    _show_findings(whole, blocks, console, width)
    _show_bugs(whole, blocks, console, width)
    if judgement.decision is Decision.NOT_REQUESTED:
        _show_passes(judgement, console, width)
    _show_advice(judgement, console, width)
    _show_practices(judgement, console, width)
    _show_stated(judgement, console, width)
    _show_interpretation_runs(whole, console, width)
    _show_causes(whole, console, width)
    _show_unlocks(whole, console, width)
    _show_coverage(whole, console, width)
    is_chosen = judgement.is_fast or is_only_required(judgement)
    if judgement.left_out and not is_chosen:
        _print(console, "Not run: this command cannot provide what they need (see gate)", style="bold")
        for text in judgement.left_out:
            _print_wrapped(console, text, width, indent="  ")
        _print(console, "")
    for error in judgement.problems:
        _print_wrapped(console, error, width)
    _show_comparison(whole, console, width)
    _show_end(whole, console, width)


def show_summary(whole: GateResult, console: "Console", *, reports: Sequence[str] = ()) -> None:
    """Print the summary of a gate, which fits one screen as far as possible; *reports* are the report files."""
    for line, style in summary(whole, min(console.width, wording.WIDTH), reports=reports):
        _print(console, line, style=style)


def show_receiver(whole: GateResult, console: "Console", *, reports: Sequence[str] = ()) -> None:
    """Print what was found out about a receiver: failures, known bugs, what its responses show, advice, and the summary."""
    width = min(console.width, wording.WIDTH)
    blocks = [block for block in blocks_to_show(whole.result) if block.findings[0].verdict is Verdict.FAIL]
    _show_findings(whole, blocks, console, width)
    _show_bugs(whole, blocks, console, width)
    _show_responses(whole.result, console, width)
    _show_advice(whole.result, console, width)
    show_summary(whole, console, reports=reports)


def _show_findings(whole: GateResult, blocks: Sequence[FindingBlock], console: "Console", width: int) -> None:
    printed = wording.PrintedLines(whole.printed)
    for block in blocks:
        verdict = block.findings[0].verdict
        command = again(whole, block.outcome.scenario)
        lines = finding_lines(
            block.outcome,
            block.findings,
            again=command,
            width=width,
            printed=printed,
            also=block.also,
            bugs=block.bugs,
        )
        _print_lines(console, lines, lead=str(verdict), style=COLOURS[verdict])
        _print(console, "")


def _show_responses(judgement: Judgement, console: "Console", width: int) -> None:
    """Print one line for each probe of responses that found no fault: what it observed, and how often."""
    observed: dict[str, str] = {}
    for outcome in judgement.scenarios:
        for finding in outcome.findings:
            kind = PROBES.get(finding.probe)
            if kind is not None and kind.judges_responses and finding.verdict is Verdict.FAIL:
                observed[finding.probe] = ""
            elif kind is not None and kind.judges_responses and finding.observed and not was_not_run(outcome):
                observed.setdefault(finding.probe, finding.observed)
    lines = [f"{probe}: {text}" for probe, text in sorted(observed.items()) if text]
    if lines:
        _print(console, "What the responses show", style="bold")
    for line in lines:
        _print_wrapped(console, line, width, indent="  ")
    if lines:
        _print(console, "")


def _show_bugs(whole: GateResult, blocks: Sequence[FindingBlock], console: "Console", width: int) -> None:
    """Print the known bugs that the receiver has and no finding of *blocks* shows, each with its fix, and the counts."""
    judgement = whole.result
    if not judgement.bugs:
        return
    present = bugs_beyond(blocks, judgement)
    if present:
        _print(console, "Known bugs of receivers", style="bold")
    for diagnosis in present:
        lead = f"  {diagnosis.row:>2}  {diagnosis.bug}"
        lines = wording.wrapped(f"{lead}  the receiver {diagnosis.title}", width, later_indent=wording.INDENT)
        _print_lines(console, lines, lead=lead, style=COLOURS[diagnosis.verdict])
        fix = f"fix: {diagnosis.fix}"
        _print_lines(console, wording.wrapped(fix, width, first_indent=wording.INDENT, later_indent=wording.INDENT))
    _print_wrapped(console, f"{len(judgement.bugs)} known bugs: {wording.bug_counts(judgement.bugs)}", width)
    unknown = wording.unknown_bugs_line(whole) if whole.run.command == "webhooks" else ""
    if unknown:
        _print_wrapped(console, unknown, width, indent="  ")
    _print(console, "")


def _show_passes(judgement: Judgement, console: "Console", width: int) -> None:
    shown = {id(finding) for _, findings in findings_to_show(judgement) for finding in findings}
    others = [
        (outcome, finding)
        for outcome in judgement.scenarios
        if not was_not_run(outcome)
        for finding in outcome.findings
        if id(finding) not in shown
    ]
    for outcome, finding in others:
        text = f"{finding.verdict:<5} {outcome.scenario}  {wording.observation(finding)}"
        lines = wording.wrapped(text, width, later_indent=wording.INDENT)
        _print_lines(console, lines, lead=str(finding.verdict), style=COLOURS[finding.verdict])
    if others:
        _print(console, "")


def _show_advice(judgement: Judgement, console: "Console", width: int) -> None:
    remarks = advice(judgement)
    if not remarks:
        return
    _print(console, "Advice (changes no verdict)", style="bold")
    for scenario, text in remarks:
        _print_wrapped(console, f"{text} ({scenario})", width, indent="  ")
    _print(console, "")


def _show_practices(judgement: Judgement, console: "Console", width: int) -> None:
    name_width = max((len(status.practice) for status in judgement.statuses), default=0)
    for section, statuses in groupby(judgement.statuses, key=lambda status: status.section):
        _print(console, section, style="bold")
        for status in statuses:
            _show_practice(status, console, width, name_width)
    if judgement.statuses:
        _print(console, "")


def _show_practice(practice: PracticeStatus, console: "Console", width: int, name_width: int) -> None:
    mark = "*" if practice.is_required else " "
    lead = f" {mark}{practice.status:<10} "
    head = f"{lead}{practice.practice:<{name_width}}  "
    reason = f"{practice.reason}; {practice.waiver}" if practice.waiver else practice.reason
    reason = "see below" if practice.status is Status.STATED else reason
    # The name of a scenario may be too long for the column of the reason.
    longest = max((len(word) for word in reason.split()), default=0)
    indent = " " * max(len(wording.INDENT), min(len(head), width - longest))
    lines = wording.wrapped(head + reason, width, later_indent=indent)
    _print_lines(console, lines, lead=lead, style="yellow" if practice.waiver else COLOURS[practice.status])


def _show_stated(judgement: Judgement, console: "Console", width: int) -> None:
    lines = wording.stated_lines(judgement)
    if lines:
        _print(console, wording.STATED_HEADING, style="bold")
    for line in lines:
        _print_wrapped(console, line, width, indent="  ")
    if lines:
        _print(console, "")


def _show_interpretation_runs(whole: GateResult, console: "Console", width: int) -> None:
    """Print each interpretation run, except those that passed and are not required, and the counts."""
    runs = whole.result.interpretation_runs
    if not runs:
        return
    _print(console, "Alternative interpretations of doubtful clauses", style="bold")
    for run in runs:
        if run.result is InterpretationResult.PASSES and not run.is_required:
            continue
        lead = f" {'*' if run.is_required else ' '}{run.result:<12} "
        text = f"{lead}{run.clause}={run.interpretation}  {run.reason}"
        lines = wording.wrapped(text, width, later_indent=wording.INDENT * 2)
        _print_lines(console, lines, lead=lead, style=COLOURS[run.result])
        if run.result is InterpretationResult.FAILS and run.outcomes:
            scenario = next((outcome.scenario for outcome in run.outcomes if outcome.verdict is not Verdict.PASS), "")
            command = again(whole, scenario)
            _print_lines(console, wording.command_lines("again", command, width, indent=wording.INDENT * 2, label_width=6))
    _print(console, wording.interpretation_run_counts(whole.result))
    _print(console, "")


def _show_causes(whole: GateResult, console: "Console", width: int) -> None:
    """Print one block for each cause of INCONCLUSIVE results: the remedy, the reasons, and the questions."""
    groups = whole.result.causes
    if groups:
        _print(console, causes_text.HEADING, style="bold")
    for group in groups:
        _print_wrapped(console, causes_text.cause_title(whole, group), width, indent="  ")
        line = causes_text.cause_line(whole, group)
        if line:
            _print(console, f"      {line}", style="cyan")
        _print_wrapped(console, group.remedy, width, indent="      ")
        for reason in group.reasons:
            _print_wrapped(console, f"observed: {reason}", width, indent="      ")
        if group.cause != causes_text.UNFINISHED:
            _print_wrapped(console, causes_text.question_list(group), width, indent="      ")
    if groups:
        _print(console, "")


def _show_unlocks(whole: GateResult, console: "Console", width: int) -> None:
    judgement = whole.result
    if not judgement.unlocks:
        return
    _print(console, "Missing in the config, and what it would help to prove", style="bold")
    for unlock in judgement.unlocks:
        _print_wrapped(console, f"{wording.how_to_give(whole, unlock.hook)}  {unlock.purpose}", width, indent="  ")
        _print_wrapped(console, f"for {', '.join(unlock.practices)}", width, indent="      ")
    _print(console, "")


def _show_coverage(whole: GateResult, console: "Console", width: int) -> None:
    lines = wording.coverage_lines(whole)
    if lines:
        _print(console, "What this run exercised", style="bold")
    for line in lines:
        _print_wrapped(console, line, width, indent="  ")
    if lines:
        _print(console, "")


def _show_comparison(whole: GateResult, console: "Console", width: int) -> None:
    """Print what is worse and what is better than in the baseline, and what only one of the two reports tested."""
    comparison = whole.comparison
    if comparison is None:
        return
    _print_wrapped(console, wording.comparison_line(whole), width)
    for difference in (*comparison.worse, *comparison.better):
        lead = "  better " if difference.weight is Verdict.PASS else "  worse  "
        lines = wording.wrapped(lead + wording.difference_line(difference), width, later_indent=wording.INDENT)
        _print_lines(console, lines, lead=lead, style=COLOURS[difference.weight])
    for caveat in comparison.caveats:
        _print_wrapped(console, caveat, width, indent="  ")
    _print(console, "")


def _show_end(whole: GateResult, console: "Console", width: int) -> None:
    judgement, run = whole.result, whole.run
    for remark in (*judgement.remarks, *wording.busy_lines(whole.measured)):
        _print_wrapped(console, remark, width)
    if judgement.decision is not Decision.NOT_REQUESTED:
        counts = ", ".join(
            f"{len(judgement.with_status(status))} {status}" for status in Status if judgement.with_status(status)
        )
        _print_wrapped(console, f"{judgement.practices} practices: {counts}  (* required)", width)
        _print_wrapped(console, f"{scenario_counts(judgement)}, in {run.took_s:.0f} s", width)
    for measure in whole.measured:
        if measure.pairs is not None:
            _print_wrapped(console, wording.pairs_line(measure), width)
    colour = {0: "bold green", 1: "bold red"}.get(whole.exit_code, "bold yellow")
    for line in wording.wrapped(decision_line(whole), width):
        _print(console, line, style=colour)
    for plan in run.plans:
        _print_lines(console, wording.command_lines("Saved plan:", wording.replay_command(whole, plan), width))
    _print_lines(console, wording.command_lines("Again:", run.again, width))


def _print_wrapped(console: "Console", text: str, width: int, *, indent: str = "") -> None:
    _print_lines(console, wording.wrapped(text, width, first_indent=indent, later_indent=indent + "  "))


def _print_lines(console: "Console", lines: Sequence[str], *, lead: str = "", style: str = "") -> None:
    """Print lines unchanged; *style* colours the *lead* of the first."""
    _print(console, lines[0], lead=lead, style=style)
    for line in lines[1:]:
        _print(console, line)


def _print(console: "Console", line: str, *, lead: str = "", style: str = "") -> None:
    """Print one line unchanged; *style* colours its *lead*, or the whole line if there is none."""
    from rich.text import Text

    text = Text(printable(line))
    if style:
        text.stylize(style, 0, len(lead) or len(line))
    console.print(text, soft_wrap=True, highlight=False)
