"""The wording of INCONCLUSIVE results by cause, which the terminal and Markdown share."""

from fiskil_harness.core.config import COMMAND_LINE
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.gate.inconclusive_causes import CauseGroup
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report.text import counted

HEADING = "INCONCLUSIVE, by cause"
PAGE = "docs/inconclusive.md"
"""The page that lists every cause with its remedy."""
UNFINISHED = "not-run"
"""Cause of the scenarios that did not run to their end. One line counts them, so they are not listed."""
OPTIONS = {
    EFFECTS: "--effects 'GET /_harness/effects?end_user_id={end_user_id}'",
    "app.facts.uses_events": "--uses-events 'consent.*'",
    "app.limits.body_bytes": "--body-bytes 1048576",
    "app.limits.body_s": "--body-s 30",
}
"""Config keys, each with the option of the command `webhooks` that sets the same value."""


def cause_title(whole: GateResult, group: CauseGroup) -> str:
    """Return the count and the cause of *group*, and where its line belongs: ``40 questions need X: add to [app]``."""
    count = counted(len(group.questions), "question")
    if not group.line:
        return f"{count}: {group.title}"
    is_named = not group.table or group.table in group.cause
    place = "add this line" if is_named else f"add to {group.table}"
    if _has_no_config(whole):
        place = "add this option" if group.cause in OPTIONS else "only a config can give it (fiskil-harness init)"
    return f"{count} need{'s' if len(group.questions) == 1 else ''} {group.cause}: {place}"


def cause_line(whole: GateResult, group: CauseGroup) -> str:
    """Return what to add for *group*: a line of the config, or an option of `webhooks`; "" if nothing can be added."""
    return OPTIONS.get(group.cause, "") if _has_no_config(whole) else group.line


def _has_no_config(whole: GateResult) -> bool:
    return whole.run.config == COMMAND_LINE


def question_list(group: CauseGroup) -> str:
    """Return the questions of *group* by probe: ``applies_once in webhook_repeated, webhook_delivered; ...``."""
    scenarios: dict[str, list[str]] = {}
    for question in group.questions:
        scenarios.setdefault(question.probe, []).append(question.scenario)
    return "; ".join(f"{probe} in {', '.join(names)}" for probe, names in scenarios.items())
