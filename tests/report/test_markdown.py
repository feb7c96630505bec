"""The Markdown report: a summary for a pull request."""

from harness.gate import GateResult
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
