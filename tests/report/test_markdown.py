"""The Markdown report: a summary for a pull request."""

import msgspec

from harness.gate import GateResult, Judgement
from harness.report import markdown


def test_it_tells_the_decision_the_findings_and_every_practice(result: GateResult) -> None:
    """The decision is the first line; findings are code, practices are tables."""
    text = markdown.render(result)

    assert "**The gate stays shut: 1 practice violated; 1 of 3 required not proven.** Seed 42." in text
    assert "```text\nFAIL  webhooks.idempotent   webhook_repeated" in text
    assert "| violated | `webhooks.idempotent` | applies_once in webhook_repeated |" in text
    assert text.count("| `") == 49


def test_no_finding_can_leave_its_fence(result: GateResult) -> None:
    """Back-ticks in what an app said do not end the code block."""
    text = markdown.render(result)

    assert text.count("```") % 2 == 0


def test_known_bugs_that_are_there_are_a_short_table(sick: GateResult) -> None:
    """How many there are of how many, and for each what mends it."""
    text = markdown.render(sick)

    assert "## Receiver\n\n3 known bugs: 1 there, 1 not there, 1 not told.\n" in text
    assert "| 26 | does wrong 26 | saw 26 | claim it once |" in text
    assert "does wrong 45" not in text


def test_an_app_whose_receiver_was_not_looked_at_has_no_such_table(result: GateResult) -> None:
    """Nothing was run that could see a bug."""
    assert "## Receiver" not in markdown.render(msgspec.structs.replace(result, result=_without_bugs(result)))


def _without_bugs(whole: GateResult) -> Judgement:
    return msgspec.structs.replace(whole.result, bugs=())
