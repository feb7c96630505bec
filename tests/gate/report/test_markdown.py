"""The Markdown report: a summary for a pull request."""

import msgspec

from fiskil_harness.gate.judgement import GateResult, Judgement
from fiskil_harness.gate.report import markdown
from fiskil_harness.probes import Verdict
from tests.gate.report.failures import bug


def test_it_contains_the_decision_the_findings_and_every_practice(result: GateResult) -> None:
    """The decision comes first; findings are code blocks, and practices are tables."""
    text = markdown.render(result)

    assert "**The gate stays shut: 1 practice violated; 1 of 3 required not proven.** Seed 42." in text
    assert "```text\nFAIL  webhooks.idempotent   webhook_repeated" in text
    assert "| violated | `webhooks.idempotent` | applies_once in webhook_repeated |" in text
    assert [text.count(f"| `{status.practice}` |") for status in result.result.statuses] == [1] * 49


def test_practices_that_are_not_met_are_visible(result: GateResult) -> None:
    """Their table contains the fix or the missing hook; everything else is folded."""
    visible, _, folded = markdown.render(result).partition("<details>")

    assert "claim message_id and apply its effect in one database transaction" in visible
    assert "| `app.drive.start_session` |" in visible
    assert "<summary>1 practice met</summary>" in folded
    assert "| attested | " in folded


def test_the_text_is_short_enough_for_a_comment(result: GateResult) -> None:
    """However much failed, the decision and the table of practices that are not met stay."""
    outcome = result.result.scenarios[0]
    long = msgspec.structs.replace(outcome.findings[0], verdict=Verdict.FAIL, observed="too long to show & <so> on " * 400)
    outcomes = tuple(msgspec.structs.replace(outcome, scenario=f"made_{number}", findings=(long,)) for number in range(200))
    bugs = tuple(bug(row, Verdict.FAIL, fix="fix it " * 200) for row in range(1, 59))
    judgement = msgspec.structs.replace(result.result, scenarios=outcomes, bugs=bugs)

    text = markdown.render(msgspec.structs.replace(result, result=judgement))

    assert len(text.encode()) < 60_000
    assert "| violated | `webhooks.idempotent` |" in text


def test_a_finding_cannot_end_its_code_block(result: GateResult) -> None:
    """Backticks in text of the app do not end the code block."""
    text = markdown.render(result)

    assert text.count("```") % 2 == 0


def test_known_bugs_that_are_present_are_a_short_table(with_bug: GateResult) -> None:
    """The section contains the counts, and the fix of each bug."""
    text = markdown.render(with_bug)

    assert "## Receiver\n\n3 known bugs: 1 found, 1 not found, 1 unknown.\n" in text
    assert "| 26 | does wrong 26 | saw 26 | claim it once |" in text
    assert "does wrong 45" not in text


def test_without_a_diagnosis_there_is_no_receiver_section(result: GateResult) -> None:
    """No scenario ran that could detect a bug."""
    assert "## Receiver" not in markdown.render(msgspec.structs.replace(result, result=_without_bugs(result)))


def _without_bugs(whole: GateResult) -> Judgement:
    return msgspec.structs.replace(whole.result, bugs=())
