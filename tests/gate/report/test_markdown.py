"""The Markdown report: a summary for a pull request."""

import msgspec

from fiskil_harness.gate.judgement import GateResult, Judgement
from fiskil_harness.gate.report import markdown
from fiskil_harness.probes import Verdict
from tests.gate.report.failures import bug


def test_it_tells_the_decision_the_findings_and_every_practice(result: GateResult) -> None:
    """The decision is the first line; findings are code, practices are tables."""
    text = markdown.render(result)

    assert "**The gate stays shut: 1 practice violated; 1 of 3 required not proven.** Seed 42." in text
    assert "```text\nFAIL  webhooks.idempotent   webhook_repeated" in text
    assert "| violated | `webhooks.idempotent` | applies_once in webhook_repeated |" in text
    assert [text.count(f"| `{status.practice}` |") for status in result.result.statuses] == [1] * 49


def test_what_is_not_met_stands_open_and_the_rest_is_folded(result: GateResult) -> None:
    """The table says what helps: the fix of a finding, or the hook that is lacking."""
    open_part, _, folded = markdown.render(result).partition("<details>")

    assert "claim message_id and apply its effect in one database transaction" in open_part
    assert "| `app.drive.start_session` |" in open_part
    assert "<summary>1 practice kept</summary>" in folded
    assert "| attested | " in folded


def test_a_comment_is_never_longer_than_a_forge_takes(result: GateResult) -> None:
    """However much went wrong: the decision and the table of what is not met stay."""
    outcome = result.result.scenarios[0]
    long = msgspec.structs.replace(outcome.findings[0], verdict=Verdict.FAIL, observed="too much to say & <so> on " * 400)
    outcomes = tuple(msgspec.structs.replace(outcome, scenario=f"made_{number}", findings=(long,)) for number in range(200))
    bugs = tuple(bug(row, Verdict.FAIL, fix="mend it " * 200) for row in range(1, 59))
    judgement = msgspec.structs.replace(result.result, scenarios=outcomes, bugs=bugs)

    text = markdown.render(msgspec.structs.replace(result, result=judgement))

    assert len(text.encode()) < 60_000
    assert "| violated | `webhooks.idempotent` |" in text


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
