"""The report for people: what failed and how to mend it, every practice, the missing hooks, and how to run it again.

80 columns; colour only on a terminal.
"""

from itertools import groupby
from typing import TYPE_CHECKING

from fiskil_harness.gate.interpretation_trials import TrialResult, was_not_run
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.gate.report import text as words
from fiskil_harness.gate.report.text import advice, again, decision_line, finding_lines, findings_to_show, scenario_counts
from fiskil_harness.probes import Verdict

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {
    Status.PROVEN: "green",
    Status.ATTESTED: "cyan",
    Status.NOT_PROVEN: "yellow",
    Status.VIOLATED: "bold red",
    Verdict.PASS: "green",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.FAIL: "bold red",
}


HOLD_COLOURS = {
    TrialResult.HOLDS: "green",
    TrialResult.BREAKS: "bold red",
    TrialResult.UNCLEAR: "yellow",
    TrialResult.UNMET: "",
}


def show(whole: GateResult, console: "Console") -> None:
    """Print the report."""
    judgement = whole.result
    width = min(console.width, words.WIDTH)
    for outcome, findings in findings_to_show(judgement):
        verdict = findings[0].verdict
        lines = finding_lines(outcome, findings, again=again(whole, outcome.scenario), width=width)
        _print(console, lines[0], lead=str(verdict), style=COLOURS[verdict])
        for line in lines[1:]:
            _print(console, line)
        _print(console, "")
    _show_bugs(judgement, console, width)
    if judgement.decision is Decision.NOT_REQUESTED:
        _show_passes(judgement, console, width)
    _show_advice(judgement, console, width)
    _show_practices(judgement, console, width)
    _show_trials(whole, console, width)
    _show_unlocks(whole, console, width)
    _show_coverage(judgement, console, width)
    if judgement.left_out and not judgement.is_fast:
        _print(console, "Not run: this command cannot give what they need (see gate)", style="bold")
        for text in judgement.left_out:
            _print_wrapped(console, text, width, indent="  ")
        _print(console, "")
    for complaint in judgement.complaints:
        _print_wrapped(console, complaint, width)
    _show_comparison(whole, console, width)
    _show_end(whole, console, width)


def _show_bugs(judgement: Judgement, console: "Console", width: int) -> None:
    """The known bugs that the receiver has, each with its remedy, and how many it has not."""
    if not judgement.bugs:
        return
    sick = [bug for bug in judgement.bugs if bug.verdict is Verdict.FAIL]
    if sick:
        _print(console, "Known bugs of receivers", style="bold")
    for diagnosis in sick:
        lead = f"  {diagnosis.row:>2}  {diagnosis.bug}"
        lines = words.wrapped(f"{lead}  the receiver {diagnosis.title}", width, later_indent=words.INDENT)
        _print(console, lines[0], lead=lead, style=COLOURS[diagnosis.verdict])
        for line in lines[1:]:
            _print(console, line)
        for line in words.wrapped(f"fix: {diagnosis.fix}", width, first_indent=words.INDENT, later_indent=words.INDENT):
            _print(console, line)
    _print_wrapped(console, f"{len(judgement.bugs)} known bugs: {words.bug_counts(judgement.bugs)}", width)
    _print(console, "")


def _show_passes(judgement: Judgement, console: "Console", width: int) -> None:
    shown = {id(finding) for _, findings in findings_to_show(judgement) for finding in findings}
    rows = [(o, f) for o in judgement.scenarios if not was_not_run(o) for f in o.findings if id(f) not in shown]
    for outcome, finding in rows:
        text = f"{finding.verdict:<5} {outcome.scenario}  {words.observation(finding)}"
        lines = words.wrapped(text, width, later_indent=words.INDENT)
        _print(console, lines[0], lead=str(finding.verdict), style=COLOURS[finding.verdict])
        for line in lines[1:]:
            _print(console, line)
    if rows:
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
    for section, rows in groupby(judgement.statuses, key=lambda status: status.section):
        _print(console, section, style="bold")
        for row in rows:
            _show_practice(row, console, width, name_width)
    if judgement.statuses:
        _print(console, "")


def _show_practice(one: PracticeStatus, console: "Console", width: int, name_width: int) -> None:
    mark = "*" if one.is_required else " "
    lead = f" {mark}{one.status:<10} "
    head = f"{lead}{one.practice:<{name_width}}  "
    reason = f"{one.reason}; {one.waiver}" if one.waiver else one.reason
    # A scenario's name may be too long to stand below the reason.
    longest = max((len(word) for word in reason.split()), default=0)
    indent = " " * max(len(words.INDENT), min(len(head), width - longest))
    lines = words.wrapped(head + reason, width, later_indent=indent)
    _print(console, lines[0], lead=lead, style="yellow" if one.waiver else COLOURS[one.status])
    for line in lines[1:]:
        _print(console, line)


def _show_trials(whole: GateResult, console: "Console", width: int) -> None:
    """What the app does under other interpretations; of those that it holds under, only the number."""
    trials = whole.result.interpretation_runs
    if not trials:
        return
    _print(console, "Other interpretations of what the real API leaves in doubt", style="bold")
    for trial in trials:
        if trial.result is TrialResult.HOLDS and not trial.is_required:
            continue
        lead = f" {'*' if trial.is_required else ' '}{trial.result:<8} "
        lines = words.wrapped(
            f"{lead}{trial.clause}={trial.interpretation}  {trial.reason}", width, later_indent=words.INDENT * 2
        )
        _print(console, lines[0], lead=lead, style=HOLD_COLOURS[trial.result])
        for line in lines[1:]:
            _print(console, line)
        if trial.result is TrialResult.BREAKS and trial.outcomes:
            scenario = next((each.scenario for each in trial.outcomes if each.verdict is not Verdict.PASS), "")
            for line in words.command_lines("again", again(whole, scenario), width, indent=words.INDENT * 2, label_width=6):
                _print(console, line)
    _print(console, words.interpretation_run_counts(whole.result))
    _print(console, "")


def _show_unlocks(whole: GateResult, console: "Console", width: int) -> None:
    judgement = whole.result
    if not judgement.unlocks:
        return
    _print(console, "What the config does not give, and what it would help to prove", style="bold")
    for unlock in judgement.unlocks:
        _print_wrapped(console, f"{words.how_to_give(whole, unlock.hook)}  {unlock.purpose}", width, indent="  ")
        _print_wrapped(console, f"for {', '.join(unlock.practices)}", width, indent="      ")
    _print(console, "")


def _show_coverage(judgement: Judgement, console: "Console", width: int) -> None:
    lines = words.coverage_lines(judgement)
    if lines:
        _print(console, "What this run exercised", style="bold")
    for line in lines:
        _print_wrapped(console, line, width, indent="  ")
    if lines:
        _print(console, "")


def _show_comparison(whole: GateResult, console: "Console", width: int) -> None:
    """What is worse and better than in the baseline, and where the two did not ask the same."""
    found = whole.compared
    if found is None:
        return
    _print_wrapped(console, words.comparison_line(whole), width)
    for difference in (*found.worse, *found.better):
        lead = "  better " if difference.weight is Verdict.PASS else "  worse  "
        lines = words.wrapped(lead + words.difference_line(difference), width, later_indent=words.INDENT)
        _print(console, lines[0], lead=lead, style=COLOURS[difference.weight])
        for line in lines[1:]:
            _print(console, line)
    for caveat in found.caveats:
        _print_wrapped(console, caveat, width, indent="  ")
    _print(console, "")


def _show_end(whole: GateResult, console: "Console", width: int) -> None:
    judgement, run = whole.result, whole.run
    for remark in (*judgement.remarks, *words.busy_lines(whole.measured)):
        _print_wrapped(console, remark, width)
    if judgement.decision is not Decision.NOT_REQUESTED:
        counts = ", ".join(
            f"{len(judgement.with_status(status))} {status}" for status in Status if judgement.with_status(status)
        )
        _print_wrapped(console, f"{judgement.practices} practices: {counts}  (* required)", width)
        _print_wrapped(console, f"{scenario_counts(judgement)}, in {run.took_s:.0f} s", width)
    for measure in whole.measured:
        if measure.pairs is not None:
            _print_wrapped(console, words.pairs_line(measure), width)
    colour = {0: "bold green", 1: "bold red"}.get(whole.exit_code, "bold yellow")
    for line in words.wrapped(decision_line(whole), width):
        _print(console, line, style=colour)
    for plan in run.plans:
        for line in words.command_lines("Saved plan:", f"fiskil-harness replay {plan}{run.replay_with}", width):
            _print(console, line)
    for line in words.command_lines("Again:", run.again, width):
        _print(console, line)


def _print_wrapped(console: "Console", text: str, width: int, *, indent: str = "") -> None:
    for line in words.wrapped(text, width, first_indent=indent, later_indent=indent + "  "):
        _print(console, line)


def _print(console: "Console", line: str, *, lead: str = "", style: str = "") -> None:
    """Print one line as it is; *style* colours its *lead*, or all of it without one."""
    from rich.text import Text

    text = Text(line)
    if style:
        text.stylize(style, 0, len(lead) or len(line))
    console.print(text, soft_wrap=True, highlight=False)
