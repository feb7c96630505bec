"""How a finding and a decision read, wherever they are shown: plain lines that fit a width.

A finding is read by someone who did not write the scenario, in CI, on a bad day.
"""

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.gate.diagnosis import Diagnosis
from fiskil_harness.gate.interpretation_trials import TrialResult, was_not_run
from fiskil_harness.gate.judgement import Decision, Difference, GateResult, Judgement, stays_shut
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.coverage import Coverage
from fiskil_harness.probes.outcome import Measure, Outcome
from fiskil_harness.probes.practices import practices_of
from fiskil_harness.runner.worker import STILL_BUSY_SINCE
from fiskil_harness.scenario.scenario import AT

_HOLDS = {
    TrialResult.BREAKS: "break the app",
    TrialResult.UNCLEAR: "unclear",
    TrialResult.UNMET: "not met",
    TrialResult.HOLDS: "hold",
}
BUG_LABELS = {Verdict.FAIL: "there", Verdict.PASS: "not there", Verdict.INCONCLUSIVE: "not told"}
"""Whether a receiver has a known bug."""

WEBHOOKS_OPTIONS = {
    EFFECTS: "--effects",
    "app.facts.uses_events": "--uses-events",
    "app.limits.body_bytes": "--body-bytes",
    "app.limits.body_s": "--body-s",
}
"""What a config gives, by the option of `webhooks` that gives it."""

WIDTH = 80
INDENT = " " * 6
LABEL = 10
EVIDENCE_SHOWN = 6
_WORD = re.compile(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""")
"""A word of a command, together with what is quoted in it."""
_CONTINUED = " " * 4
"""Before what goes on in a further line of a command."""


def finding_lines(outcome: Outcome, findings: Sequence[Finding], *, again: str, width: int = WIDTH) -> list[str]:
    """Findings of one scenario with one verdict: what was seen, what was expected, how to mend it, how to see it again."""
    lines = _head(outcome, findings, width)
    for finding in findings:
        lines += wrapped(observation(finding), width, first_indent=INDENT, later_indent=INDENT)
        if finding.verdict is Verdict.FAIL:
            lines += _in_detail(finding, width)
        lines += [line for text in finding.advice for line in _labelled("advice", text, width)]
    return lines + command_lines("again", again, width, indent=INDENT, label_width=LABEL)


def pairs_line(measure: Measure) -> str:
    """How many things that can meet in a life did, where lives were drawn."""
    if measure.pairs is None:
        return ""
    told = f"{measure.scenario}: pairs covered {measure.pairs.covered} of {measure.pairs.of}"
    return told + ("; --json FILE names those missing" if measure.pairs.missing else "")


def busy_lines(measured: Sequence[Measure]) -> tuple[str, ...]:
    """Since when the app has not come to rest, and in how many later scenarios: one line for each that it began with.

    Workers have an app each, so what one of them says another may not.
    """
    told = Counter(note for measure in measured for note in measure.notes if note.startswith(STILL_BUSY_SINCE))
    return tuple(
        f"{note[0].upper()}{note[1:]}; {counted(count, 'later scenario')} met it so." for note, count in told.items()
    )


def observation(finding: Finding) -> str:
    """The probe, what it saw, and the hook that it lacked."""
    is_named = not finding.hook or finding.hook in finding.observed
    return f"{finding.probe}: {finding.observed}" + ("" if is_named else f" (lacks {finding.hook})")


def _head(outcome: Outcome, findings: Sequence[Finding], width: int) -> list[str]:
    seed = f"seed {outcome.seed}"
    about = {practice for finding in findings for practice in practices_of(finding.probe, outcome.practices)}
    practices = ", ".join(practice for practice in outcome.practices if practice in about)
    lines = wrapped(f"{findings[0].verdict}  {practices}   {outcome.scenario}", width, later_indent=INDENT)
    if len(lines[-1]) + len(seed) + 2 <= width:
        lines[-1] += seed.rjust(width - len(lines[-1]))
    else:
        lines.append(seed.rjust(width))
    return lines


def _in_detail(finding: Finding, width: int) -> list[str]:
    lines = [line for text in finding.evidence[:EVIDENCE_SHOWN] for line in _labelled("evidence", text, width)]
    if finding.expected:
        source = f"  ({finding.source})" if finding.source else ""
        lines += _labelled("expected", finding.expected + source, width)
    if finding.fix:
        lines += _labelled("fix", finding.fix, width)
    return lines


def findings_to_show(judgement: Judgement) -> list[tuple[Outcome, list[Finding]]]:
    """What a reader must see, by scenario, the failures first; what only lacks a hook stands in the list of hooks."""
    failed = [(outcome, _having(outcome, Verdict.FAIL)) for outcome in judgement.scenarios]
    untold = [
        (outcome, [finding for finding in _having(outcome, Verdict.INCONCLUSIVE) if not _only_lacks(finding, outcome)])
        for outcome in judgement.scenarios
        if not was_not_run(outcome)
    ]
    return [(outcome, findings) for outcome, findings in (*failed, *untold) if findings]


def _having(outcome: Outcome, verdict: Verdict) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.verdict is verdict]


def _only_lacks(finding: Finding, outcome: Outcome) -> bool:
    return finding.hook in outcome.missing or finding.hook.startswith("app.facts")


def advice(judgement: Judgement) -> list[tuple[str, str]]:
    """Remarks of findings that passed, each once with the first scenario that made it; they change no verdict."""
    found: dict[str, str] = {}
    for outcome in judgement.scenarios:
        for finding in outcome.findings:
            if finding.verdict is Verdict.PASS:
                for text in finding.advice:
                    found.setdefault(text, outcome.scenario)
    return [(scenario, text) for text, scenario in found.items()]


def scenario_counts(judgement: Judgement) -> str:
    """How many scenarios ended how: ``22 scenarios: 20 pass, 2 inconclusive``."""
    verdicts = [outcome.verdict for outcome in judgement.scenarios]
    parts = [
        f"{verdicts.count(verdict)} {word}"
        for verdict, word in ((Verdict.FAIL, "fail"), (Verdict.INCONCLUSIVE, "inconclusive"), (Verdict.PASS, "pass"))
        if verdict in verdicts
    ]
    return f"{counted(len(verdicts), 'scenario')}: {', '.join(parts)}" if verdicts else "No scenario ran"


def bug_counts(bugs: Sequence[Diagnosis]) -> str:
    """How many known bugs a receiver has: ``2 there, 47 not there, 9 not told``."""
    verdicts = [bug.verdict for bug in bugs]
    return ", ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in BUG_LABELS.items())


def interpretation_run_counts(judgement: Judgement) -> str:
    """How many other interpretations ended how: ``60 other interpretations: 2 break the app, 58 hold``."""
    holds = [interpretation_run.result for interpretation_run in judgement.interpretation_runs]
    parts = [f"{holds.count(hold)} {word}" for hold, word in _HOLDS.items() if hold in holds]
    return f"{counted(len(holds), 'other reading')}: {', '.join(parts)}"


def decision_line(whole: GateResult) -> str:
    """The one sentence that everything comes down to."""
    judgement = whole.result
    if whole.run.faults:
        return "The harness itself failed; what is above is not the whole truth."
    if whole.run.was_interrupted:
        return "Interrupted: what did not run is not proven."
    if judgement.decision is Decision.NOT_REQUESTED:
        return f"{scenario_counts(judgement)}."
    if judgement.decision is Decision.OPEN:
        once = ", each question asked once" if judgement.is_fast else ""
        return f"The gate is open for {judgement.required} required of {judgement.practices}{once}."
    return f"The gate stays shut: {'; '.join(_reasons(judgement))}."


def comparison_line(whole: GateResult) -> str:
    """What a baseline comes to, in one sentence; empty without one."""
    found = whole.compared
    if found is None:
        return ""
    if found.worse:
        return f"Against {found.baseline}: {len(found.worse)} worse, {len(found.better)} better, {found.same} the same."
    return f"Nothing is worse than in {found.baseline}: {len(found.better)} better, {found.same} the same."


def difference_line(one: Difference) -> str:
    """``webhooks.idempotent: proven, now violated: applies_once in webhook_repeated``."""
    return f"{one.what}: {one.before}, now {one.now}"


def coverage_lines(judgement: Judgement) -> list[str]:
    """What was exercised, by kind, and by name what was not."""
    return [
        f"{coverage.kind}: {len(coverage.exercised)} exercised{_left(coverage)}"
        for coverage in judgement.coverage
        if coverage.exercised or coverage.untested
    ]


def _left(one: Coverage) -> str:
    if one.problem:
        return f"; what the app uses is not known without {one.problem}"
    return f", not {', '.join(one.untested)}" if one.untested else ", none left out"


def command_lines(label: str, command: str, width: int, *, indent: str = "", label_width: int = 0) -> list[str]:
    """A command that can be pasted as it stands: too long for a line, it goes on after a backslash between two words.

    An option keeps its value beside it where both fit.
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
    """The words of a command as they are quoted, an option together with its value."""
    pieces: list[str] = []
    for word in _WORD.findall(command):
        is_value = bool(pieces) and pieces[-1].startswith("-") and " " not in pieces[-1] and not word.startswith("-")
        if is_value and len(pieces[-1]) + 1 + len(word) <= width:
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
    return pieces


def counted(number: int, noun: str) -> str:
    """``1 practice``, ``2 practices``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def again(whole: GateResult, scenario: str) -> str:
    """The command that runs one scenario again."""
    name, _, reading = scenario.partition(AT)
    typed = shlex.quote(whole.run.paths.get(name, name))
    return whole.run.again_for_scenario.replace("{scenario}", typed) + (f" --interpretation {reading}" if reading else "")


def how_to_give(whole: GateResult, hook: str) -> str:
    """How *hook* is given: `webhooks` has no config, and has options for some."""
    option = WEBHOOKS_OPTIONS.get(hook, "") if whole.run.command == "webhooks" else ""
    return f"{hook} (here: {option})" if option else hook


def _reasons(judgement: Judgement) -> Iterable[str]:
    violated = [status for status in judgement.with_status(Status.VIOLATED) if not status.waiver]
    open_ones = [status for status in judgement.with_status(Status.NOT_PROVEN) if status.is_required]
    if violated:
        yield f"{counted(len(violated), 'practice')} violated"
    if open_ones:
        yield f"{len(open_ones)} of {judgement.required} required not proven"
    broken = [interpretation_run for interpretation_run in judgement.interpretation_runs if stays_shut(interpretation_run)]
    if broken:
        yield f"{counted(len(broken), 'required reading')} not held"
    if judgement.complaints:
        yield counted(len(judgement.complaints), "needless waiver")


def wrapped(text: str, width: int, *, first_indent: str = "", later_indent: str = "") -> list[str]:
    """*text* in lines of at most *width*; names keep their dots and hyphens together."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=first_indent,
        subsequent_indent=later_indent,
        break_on_hyphens=False,
        break_long_words=False,
    ) or [""]


def _labelled(label: str, text: str, width: int) -> list[str]:
    indent = INDENT + " " * LABEL
    return wrapped(text or "-", width, first_indent=INDENT + label.ljust(LABEL), later_indent=indent)
