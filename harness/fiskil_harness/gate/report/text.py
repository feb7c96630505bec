"""The wording of findings and decisions that all report formats share: plain lines of limited width.

The lines must be clear to a person who reads them in CI and did not write the scenario.
"""

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Kind
from fiskil_harness.core.route_grid import KINDS
from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.interpretation_runs import InterpretationResult, was_not_run
from fiskil_harness.gate.judgement import Decision, Difference, GateResult, Judgement, stays_shut
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.coverage import Coverage
from fiskil_harness.probes.evidence import Printed
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.probes.route_coverage import RouteCoverage
from fiskil_harness.runner.worker import PENDING_OF_OTHERS, STILL_BUSY_SINCE
from fiskil_harness.scenario.scenario import INTERPRETATION_SEPARATOR, GeneratedScenario, load

_RESULT_LABELS = {
    InterpretationResult.FAILS: "failed",
    InterpretationResult.INCONCLUSIVE: "inconclusive",
    InterpretationResult.NOT_REACHED: "not reached",
    InterpretationResult.PASSES: "passed",
}
BUG_LABELS = {Verdict.FAIL: "found", Verdict.PASS: "not found", Verdict.INCONCLUSIVE: "unknown"}
"""The label of a known bug, by the verdict about it."""

WEBHOOKS_OPTIONS = {
    EFFECTS: "--effects",
    "app.facts.uses_events": "--uses-events",
    "app.limits.body_bytes": "--body-bytes",
    "app.limits.body_s": "--body-s",
}
"""Config keys, each with the option of the command `webhooks` that sets the same value."""

UNTRIED = ("not tested", "tested only on request")
"""Why a known bug is unknown although no hook is missing: its scenario was not among those that were chosen."""
STATED_HEADING = "Stated in the config, not proven by an experiment"
"""The heading of the practices of which the config alone says a part."""
WIDTH = 80
INDENT = " " * 6
LABEL = 10
EVIDENCE_SHOWN = 6
OF_PLANS = "survives_every_plan"
"""The probe whose evidence is a shrunk plan. It is shown in full, because any step may be the decisive one."""
_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")
"""A word of a command, including its quoted parts."""
_CONTINUED = " " * 4
"""Indent of all lines of a command after the first."""


class PrintedLines:
    """The app's output in each scenario, as lines of one report, in which each stack trace appears once."""

    def __init__(self, printed: Iterable[Printed | None]) -> None:
        self._by_scenario = {excerpt.scenario: excerpt for excerpt in printed if excerpt is not None}
        self._first: dict[tuple[str, ...], str] = {}
        self._shown: set[str] = set()

    def exception(self, scenario: str) -> str:
        """Return the line that names the exception in the app's output; "" if it contains none."""
        excerpt = self._by_scenario.get(scenario)
        return excerpt.exception if excerpt is not None else ""

    def lines(self, scenario: str, width: int) -> list[str]:
        """Return the stack trace, the last lines and the notes; nothing the second time."""
        excerpt = self._by_scenario.get(scenario)
        if excerpt is None or scenario in self._shown:
            return []
        self._shown.add(scenario)
        lines = [line for note in excerpt.notes for line in _labelled("output", note, width)]
        first = self._first.setdefault(excerpt.frames, scenario) if excerpt.frames else scenario
        if first != scenario:
            lines += _labelled("traceback", f"the same as in {first}", width)
        elif excerpt.traceback:
            lines += [f"{INDENT}traceback that the app printed", *_quoted(excerpt.traceback, width)]
        if excerpt.last_lines:
            lines += [f"{INDENT}last lines that the app printed", *_quoted(excerpt.last_lines, width)]
        return lines


def finding_lines(
    outcome: Outcome,
    findings: Sequence[Finding],
    *,
    again: str,
    width: int = WIDTH,
    printed: PrintedLines | None = None,
    also: Mapping[str, Sequence[str]] = {},
    bugs: Mapping[str, Sequence[Diagnosis]] = {},
) -> list[str]:
    """Return lines for the findings of one scenario that have the same verdict.

    The lines state what was observed, what was expected, and how to fix it, and what the app *printed*. The last is *again*,
    the command that repeats the scenario. *also* has other scenarios with the same cause, and *bugs* the known bugs that a
    finding shows, by probe.
    """
    printed = printed or PrintedLines(())
    lines = _head(outcome, findings, width)
    exception = printed.exception(outcome.scenario)
    for number, finding in enumerate(findings):
        lines += wrapped(observation(finding), width, first_indent=INDENT, later_indent=INDENT)
        if exception and number == 0:
            lines += _labelled("exception", f"{exception}  (in the app's output)", width)
        if finding.verdict is Verdict.FAIL:
            lines += _detail_lines(finding, bugs.get(finding.probe, ()), width)
        lines += _also_lines(also.get(finding.probe, ()), exception, printed, width)
        lines += [line for text in finding.advice for line in _labelled("advice", text, width)]
    lines += printed.lines(outcome.scenario, width)
    return lines + command_lines("again", again, width, indent=INDENT, label_width=LABEL)


def pairs_line(measure: Measure) -> str:
    """Return the number of pairs of steps that generated plans covered; "" if no plans were generated."""
    if measure.pairs is None:
        return ""
    text = f"{measure.scenario}: covered {measure.pairs.covered} of {measure.pairs.total} pairs"
    return text + ("; --json FILE lists the missing ones" if measure.pairs.missing else "")


def busy_lines(measured: Sequence[Measure]) -> tuple[str, ...]:
    """Return one line for each scenario after which the app stayed busy, with the number of later scenarios affected.

    The last line reports an app whose ``pending`` counts the work for all end users.

    Each worker has its own app, so the notes of two workers may differ.
    """
    counts = Counter(note for measure in measured for note in measure.notes if note.startswith(STILL_BUSY_SINCE))
    lines = tuple(
        f"{note[0].upper()}{note[1:]}; {counted(count, 'later scenario')} began in that state."
        for note, count in counts.items()
    )
    is_of_others = any(PENDING_OF_OTHERS in measure.notes for measure in measured)
    return (*lines, f"{PENDING_OF_OTHERS}.") if is_of_others else lines


def observation(finding: Finding) -> str:
    """Return the probe, what it observed, and the hook that was missing."""
    is_named = not finding.hook or finding.hook in finding.observed
    return f"{finding.probe}: {finding.observed}" + ("" if is_named else f" (missing: {finding.hook})")


def _head(outcome: Outcome, findings: Sequence[Finding], width: int) -> list[str]:
    seed = f"seed {outcome.seed}"
    affected = {practice for finding in findings for practice in finding.practices}
    practices = ", ".join(practice for practice in outcome.practices if practice in affected)
    lines = wrapped(f"{findings[0].verdict}  {practices}   {outcome.scenario}", width, later_indent=INDENT)
    if len(lines[-1]) + len(seed) + 2 <= width:
        lines[-1] += seed.rjust(width - len(lines[-1]))
    else:
        lines.append(seed.rjust(width))
    return lines


def _detail_lines(finding: Finding, bugs: Sequence[Diagnosis], width: int) -> list[str]:
    """Return the evidence, what was expected, the kind, and the fix: that of each known bug, or else that of the probe."""
    shown = finding.evidence if finding.probe == OF_PLANS else finding.evidence[:EVIDENCE_SHOWN]
    lines = [line for text in shown for line in _labelled("evidence", text, width)]
    if finding.expected:
        source = f"  ({finding.source})" if finding.source else ""
        lines += _labelled("expected", finding.expected + source, width)
    if finding.kind is not None:
        lines += _labelled("kind", kind_text(finding.kind, finding.kind_source), width)
    for bug in bugs:
        lines += _labelled("bug", f"{bug.row} {bug.bug}: the receiver {bug.title}", width)
        lines += _labelled("fix", bug.fix, width)
    if finding.fix and not bugs:
        lines += _labelled("fix", finding.fix, width)
    return lines


def _also_lines(scenarios: Sequence[str], exception: str, printed: PrintedLines, width: int) -> list[str]:
    """Return one line that names the other *scenarios*, with the app's exception where it is not the same *exception*."""
    named: list[str] = []
    exceptions = {exception, ""}
    for scenario in scenarios:
        other = printed.exception(scenario)
        named.append(scenario if other in exceptions else f"{scenario} ({other})")
        exceptions.add(other)
    return _labelled("also in", ", ".join(named), width) if named else []


def kind_text(kind: Kind, source: str) -> str:
    """Return a kind with its source, without the page if the source is a clause: ``can happen (errors.timeout)``."""
    name = source.partition(": ")[0].removeprefix("https://")
    return f"{kind} ({name})" if name else str(kind)


def findings_to_show(judgement: Judgement) -> list[tuple[Outcome, list[Finding]]]:
    """Return the findings that a reader must see, by scenario, the failures first.

    An INCONCLUSIVE finding that only lacks a hook is left out, because the list of missing hooks covers it. A scenario that
    does not concern the app is left out too; a remark names it.
    """
    failed = [(outcome, _with_verdict(outcome, Verdict.FAIL)) for outcome in judgement.scenarios]
    inconclusive = [
        (outcome, [finding for finding in _with_verdict(outcome, Verdict.INCONCLUSIVE) if not _needs_hook(finding, outcome)])
        for outcome in judgement.scenarios
        if not was_not_run(outcome) and not outcome.outside
    ]
    return [(outcome, findings) for outcome, findings in (*failed, *inconclusive) if findings]


def _with_verdict(outcome: Outcome, verdict: Verdict) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.verdict is verdict]


def _needs_hook(finding: Finding, outcome: Outcome) -> bool:
    return finding.hook in (*outcome.missing, EFFECTS) or finding.hook.startswith("app.facts")


def advice(judgement: Judgement) -> list[tuple[str, str]]:
    """Return the advice of PASS findings as pairs of scenario and text, without repeated texts."""
    scenario_by_text: dict[str, str] = {}
    for outcome in judgement.scenarios:
        for finding in outcome.findings:
            if finding.verdict is Verdict.PASS:
                for text in finding.advice:
                    scenario_by_text.setdefault(text, outcome.scenario)
    return [(scenario, text) for text, scenario in scenario_by_text.items()]


def scenario_counts(judgement: Judgement) -> str:
    """Return the number of scenarios by verdict: ``22 scenarios: 20 pass, 2 inconclusive``."""
    verdicts = [outcome.verdict for outcome in judgement.scenarios]
    parts = [
        f"{verdicts.count(verdict)} {word}"
        for verdict, word in ((Verdict.FAIL, "fail"), (Verdict.INCONCLUSIVE, "inconclusive"), (Verdict.PASS, "pass"))
        if verdict in verdicts
    ]
    return f"{counted(len(verdicts), 'scenario')}: {', '.join(parts)}" if verdicts else "No scenario ran"


def bug_counts(bugs: Sequence[Diagnosis]) -> str:
    """Return the number of known bugs by result: ``2 found, 47 not found, 9 unknown``."""
    verdicts = [bug.verdict for bug in bugs]
    by_responses = sum(bug.by_responses for bug in bugs)
    notes = {Verdict.PASS: f" ({by_responses} by the responses alone)" if by_responses else ""}
    return ", ".join(f"{verdicts.count(verdict)} {word}{notes.get(verdict, '')}" for verdict, word in BUG_LABELS.items())


def unknown_bugs_line(whole: GateResult) -> str:
    """Return how many known bugs are unknown for which reason, the most frequent first; "" if none is unknown."""
    unknown = [bug for bug in whole.result.bugs if bug.verdict is Verdict.INCONCLUSIVE]
    if not unknown:
        return ""
    needs = Counter(_what_to_give(whole, bug.hook) for bug in unknown if bug.hook)
    skipped = Counter(bug.observed for bug in unknown if not bug.hook and bug.observed in UNTRIED)
    reasons = {f"need {hook}": count for hook, count in needs.items()} | {
        f"were {text}": count for text, count in skipped.items()
    }
    parts = [f"{count} {reason}" for reason, count in sorted(reasons.items(), key=lambda each: -each[1])]
    others = len(unknown) - sum(reasons.values())
    return f"unknown: {', '.join([*parts, *([f'{others} for other reasons'] if others else [])])}"


def _what_to_give(whole: GateResult, hook: str) -> str:
    """Return the option of the command `webhooks` that sets *hook*, or else the hook."""
    return WEBHOOKS_OPTIONS.get(hook, hook) if whole.run.command == "webhooks" else hook


def interpretation_run_counts(judgement: Judgement) -> str:
    """Return the number of interpretation runs by result: ``60 alternative interpretations: 2 failed, 58 passed``."""
    results = [run.result for run in judgement.interpretation_runs]
    parts = [f"{results.count(result)} {label}" for result, label in _RESULT_LABELS.items() if result in results]
    return f"{counted(len(results), 'alternative interpretation')}: {', '.join(parts)}"


def decision_line(whole: GateResult) -> str:
    """Return the decision of the gate, or the result of the run, as one sentence."""
    judgement = whole.result
    if whole.run.internal_errors:
        return "Internal error of fiskil-harness: this report is incomplete."
    if whole.run.was_interrupted:
        return "Interrupted: what did not run is not proven."
    if judgement.decision is Decision.NOT_REQUESTED:
        return f"{scenario_counts(judgement)}."
    if judgement.decision is Decision.OPEN:
        once = ", each question tested once" if judgement.is_fast else ""
        stated = f", {judgement.required_stated} of them stated" if judgement.required_stated else ""
        but = ""
        if whole.comparison is not None and whole.comparison.worse:
            but = f", but it is worse than {whole.comparison.baseline}: {counted(len(whole.comparison.worse), 'difference')}"
        return f"The gate is open for {judgement.required} required of {judgement.practices}{stated}{once}{but}."
    return f"The gate stays shut: {'; '.join(_reasons(judgement))}."


def stated_lines(judgement: Judgement) -> list[str]:
    """Return a line for each practice that the config states and no experiment proves: its id and the reason."""
    return [f"{practice.practice}: {practice.reason}" for practice in judgement.with_status(Status.STATED)]


def comparison_line(whole: GateResult) -> str:
    """Return the result of the comparison with a baseline as one sentence; "" without a baseline."""
    comparison = whole.comparison
    if comparison is None:
        return ""
    counts = f"{len(comparison.better)} better, {comparison.same} the same"
    if comparison.worse:
        of_config = len([difference for difference in comparison.worse if difference.is_of_config])
        config = f" ({of_config} in the config)" if of_config else ""
        return f"Compared with {comparison.baseline}: {len(comparison.worse)} worse{config}, {counts}."
    return f"Nothing is worse than in {comparison.baseline}: {counts}."


def difference_line(difference: Difference) -> str:
    """Return one change: ``webhooks.idempotent: proven, now violated: applies_once in webhook_repeated``."""
    return f"{difference.subject}: {difference.before}, now {difference.now}"


def coverage_lines(whole: GateResult) -> list[str]:
    """Return one line for each kind of flow: the number of exercised flows, and the names of those not exercised."""
    lines = [
        f"{coverage.kind}: {len(coverage.exercised)} exercised{_untested_text(coverage)}"
        for coverage in whole.result.coverage
        if coverage.exercised or coverage.untested
    ]
    return [*lines, *filter(None, (route_line(whole.routes),))]


def route_line(routes: Sequence[RouteCoverage]) -> str:
    """Return how many combinations of route, fault and moment occurred, and which are missing; "" if no route was used."""
    met = sum(len(row.met) for row in routes)
    missing = [f"{row.route} {kind} in the {row.moment}" for row in routes for kind in row.missing]
    if not routes:
        return ""
    rest = f"not exercised: {', '.join(missing)}" if missing else "none missing"
    return f"faults on routes: {met} exercised, {rest}"


def route_cells(row: RouteCoverage) -> list[str]:
    """Return one word for each kind of fault: "yes", "missing", or "-" where no call of the route can meet it."""
    return ["yes" if kind in row.met else "missing" if kind in row.missing else "-" for kind in KINDS]


def _untested_text(coverage: Coverage) -> str:
    if coverage.problem:
        return f"; which ones the app uses is unknown without {coverage.problem}"
    return f", not exercised: {', '.join(coverage.untested)}" if coverage.untested else ", none missing"


def command_lines(label: str, command: str, width: int, *, indent: str = "", label_width: int = 0) -> list[str]:
    """Return *command* in lines of at most *width* that can be pasted into a shell; a backslash ends each line but the last.

    An option stays on one line with its value if both fit.
    """
    lines = [indent + (label.ljust(label_width) if label_width else f"{label} ")]
    is_begun = False
    for piece in _pieces(command, width - len(indent) - len(_CONTINUED) - len(" \\")):
        if is_begun and len(lines[-1]) + len(piece) + len("  \\") > width:
            lines[-1] += " \\"
            lines.append(indent + _CONTINUED + piece)
        else:
            lines[-1] += f" {piece}" if is_begun else piece
        is_begun = True
    return lines


def _pieces(command: str, width: int) -> list[str]:
    """Return the words of a command with their quotes, an option together with its value."""
    pieces: list[str] = []
    for word in _WORD.findall(command):
        is_value = bool(pieces) and pieces[-1].startswith("-") and " " not in pieces[-1] and not word.startswith("-")
        if is_value and len(pieces[-1]) + 1 + len(word) <= width:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 practice``, ``2 practices``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def again(whole: GateResult, scenario: str) -> str:
    """Return the command that repeats one scenario, or only the plan that failed, if the scenario generates plans."""
    name, _, interpretation = scenario.partition(INTERPRETATION_SEPARATOR)
    plan = _failed_plan(whole, name)
    if plan and not interpretation:
        return replay_command(whole, plan)
    argument = shlex.quote(whole.run.paths.get(name, name))
    option = f" --interpretation {interpretation}" if interpretation else ""
    return whole.run.again_for_scenario.replace("{scenario}", argument) + option


def replay_command(whole: GateResult, plan: str) -> str:
    """Return the command that runs the saved *plan* again."""
    return f"fiskil-harness replay {shlex.quote(plan)}{whole.run.replay_with}"


def _failed_plan(whole: GateResult, name: str) -> str:
    """Return the file of the failed plan that the scenario *name* generated; "" if there is none."""
    if not whole.run.plans or name not in catalog.scenario_names():
        return ""
    scenario = load(name)
    if not isinstance(scenario, GeneratedScenario):
        return ""
    return next((path for path in whole.run.plans if Path(path).name.startswith(f"generated_{scenario.kind}-")), "")


def how_to_give(whole: GateResult, hook: str) -> str:
    """Return the name of *hook*. For the command `webhooks`, which has no config, add the option that sets the hook."""
    option = WEBHOOKS_OPTIONS.get(hook, "") if whole.run.command == "webhooks" else ""
    return f"{hook} (here: {option})" if option else hook


def _reasons(judgement: Judgement) -> Iterable[str]:
    violated = [status for status in judgement.with_status(Status.VIOLATED) if not status.waiver]
    not_proven = [status for status in judgement.with_status(Status.NOT_PROVEN) if status.is_required]
    if violated:
        yield f"{counted(len(violated), 'practice')} violated"
    if not_proven:
        yield f"{len(not_proven)} of {judgement.required} required not proven"
    failed = [run for run in judgement.interpretation_runs if stays_shut(run)]
    if failed:
        yield f"{counted(len(failed), 'required interpretation')} not passed"
    if judgement.not_run:
        yield f"{counted(len(judgement.not_run), 'expectation')} not met"
    if judgement.config_errors:
        yield counted(len(judgement.config_errors), "unnecessary waiver")


def wrapped(text: str, width: int, *, first_indent: str = "", later_indent: str = "") -> list[str]:
    """Return *text* in lines of at most *width* characters, without breaking names at dots or hyphens."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first_indent,
        subsequent_indent=later_indent,
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]


def _quoted(lines: Iterable[str], width: int) -> list[str]:
    """Return lines of the app's output unchanged, indented, and cut into pieces of at most *width*."""
    indent = INDENT + "  "
    room = width - len(indent)
    return [indent + line[at : at + room] for line in lines for at in range(0, max(len(line), 1), room)]


def _labelled(label: str, text: str, width: int) -> list[str]:
    indent = INDENT + " " * LABEL
    return wrapped(text or "-", width, first_indent=INDENT + label.ljust(LABEL), later_indent=indent)
