"""The end of a gate: one screen with the decision, the violations, the causes, the report and the next step."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.core.config import COMMAND_LINE, GateSettings, Settings
from fiskil_harness.gate.inconclusive_causes import CauseGroup, cause_groups, causes
from fiskil_harness.gate.judgement import GateResult, judge
from fiskil_harness.gate.report import markdown, terminal
from fiskil_harness.gate.report.causes_text import OPTIONS, cause_line, cause_title
from fiskil_harness.gate.report.summary_screen import ROWS, summary
from fiskil_harness.gate.report.text import WEBHOOKS_OPTIONS
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.evidence import Printed
from fiskil_harness.probes.outcome import Outcome
from tests.gate.report.conftest import DATE

EFFECTS = "app.observe.effects"
SCREEN = """\
The gate stays shut: 1 practice violated; 1 of 3 required not proven.
49 practices: 1 attested, 47 not proven, 1 violated
4 scenarios: 1 fail, 2 inconclusive, 1 pass, in 12 s
[[attest]] sandbox.all-flows by Ada expires today, on 2026-06-01. Renew or
  remove it.
Violated
  webhooks.idempotent  message e1 was applied 2 times (attempts 1 and 2, answ...
INCONCLUSIVE, by cause
  1 question needs app.drive.start_session: add to [app.drive]
      start_session = { request = "POST /connect", json = { customer = "{end_user_ref}" }, session = "$.auth_url" }
  1 question: your app did not make the API call that was to be disturbed
      what was seen
      Check that your app reads this data to the last page, or state in
        app.facts.datasets and app.facts.uses_events what it uses.
Report: gate.html
Next: read and fix the first violation: fiskil-harness run webhook_repeated \\
    --seed 42
Again: fiskil-harness gate --seed 42
"""


def shown(whole: GateResult, **options: list[str]) -> str:
    """Return the text of the summary on a terminal with 80 columns."""
    file = io.StringIO()
    terminal.show_summary(whole, Console(file=file, width=80), **options)
    return file.getvalue()


@pytest.fixture
def crowded(result: GateResult, outcome_of: Callable[..., Outcome]) -> GateResult:
    """Return a result in which every practice is violated and every cause occurs."""
    unclear = [
        Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="not observed", hook=cause)
        for cause in causes()
    ]
    failed = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="too long to show " * 20)
    practices = [status.practice for status in result.result.statuses]
    outcomes = [outcome_of(practice, failed, scenario=practice.replace(".", "_")) for practice in practices]
    outcomes.append(outcome_of("data.upsert", *unclear, scenario="unclear"))
    judgement = judge(outcomes, settings=Settings(), seed=42, today=DATE, is_fast=True, left_out=("a", "b"))
    return msgspec.structs.replace(result, result=judgement)


def test_it_has_the_decision_the_violations_the_causes_and_the_next_step(result: GateResult) -> None:
    """Each violated practice has one line; each cause has its count and the line that cures it."""
    assert shown(result, reports=["gate.html"]) == SCREEN


def test_it_fits_one_screen(crowded: GateResult) -> None:
    """However much is wrong, 80 columns and 24 rows hold the summary, with the number of what is left out."""
    rows = shown(crowded).splitlines()

    assert len(rows) < ROWS
    assert max(len(row) for row in rows if "{ request" not in row) <= 80
    assert "  and 42 more; -v shows them" in rows
    assert rows[0].startswith("The gate stays shut: 48 practices violated")
    assert rows[-1] == "Again: fiskil-harness gate --seed 42"


def test_a_line_of_the_config_is_not_broken(result: GateResult) -> None:
    """It can be copied in one piece, although it is longer than the screen is wide."""
    line = causes()["app.drive.start_session"].line

    assert len(line) > 80
    assert f"      {line}\n" in shown(result)


def test_required_violations_come_first(crowded: GateResult) -> None:
    """A practice that the gate does not require comes after those that it requires."""
    statuses = tuple(
        msgspec.structs.replace(status, is_required=status.practice == "webhooks.idempotent")
        for status in crowded.result.statuses
    )
    whole = msgspec.structs.replace(crowded, result=msgspec.structs.replace(crowded.result, statuses=statuses))

    lines = [line for line, _ in summary(whole, 80)]

    assert lines[lines.index("Violated") + 1].startswith("  webhooks.idempotent  too long to show")


@pytest.mark.parametrize(
    ("hook", "step"),
    [
        (EFFECTS, "Next: add what is missing, then run it again. docs/inconclusive.md explains"),
        ("", "Next: see docs/inconclusive.md, which explains every cause."),
    ],
)
def test_without_a_violation_the_next_step_is_about_the_causes(
    hook: str, step: str, result: GateResult, outcome_of: Callable[..., Outcome]
) -> None:
    """A line that can be added is named; without one, the page explains what to do."""
    unclear = Finding(probe="applies_once", verdict=Verdict.INCONCLUSIVE, observed="not observed", hook=hook)
    outcomes = [outcome_of("webhooks.idempotent", unclear)]
    judged = judge(outcomes, settings=Settings(), seed=42, today=DATE)

    text = shown(msgspec.structs.replace(result, result=judged))

    assert step in text
    assert "Report: add --html FILE, or -v for everything here" in text


def test_an_open_gate_says_what_comes_next(result: GateResult) -> None:
    """After a fast gate, the whole one; after a whole gate, the release."""
    settings = Settings(gate=GateSettings(required=()))
    for is_fast, step in ((True, "Next: run the whole gate before a release"), (False, "Next: release.")):
        judged = judge([], settings=settings, seed=42, today=DATE, is_fast=is_fast)

        assert step in shown(msgspec.structs.replace(result, result=judged))


def test_webhooks_names_its_options(result: GateResult) -> None:
    """The command `webhooks` has no config, so it shows the option in place of the line."""
    of_webhooks = msgspec.structs.replace(result, run=msgspec.structs.replace(result.run, config=COMMAND_LINE))
    group = CauseGroup(cause=EFFECTS, title="t", remedy="r", table="[app.observe]", line="effects = 1", questions=())

    assert cause_title(of_webhooks, group) == "0 questions need app.observe.effects: add this option"
    assert cause_line(of_webhooks, group) == "--effects 'GET /_harness/effects?end_user_id={end_user_id}'"
    other = msgspec.structs.replace(group, cause="app.tls")
    assert cause_title(of_webhooks, other).endswith("only a config can give it (fiskil-harness init)")
    assert cause_line(of_webhooks, other) == ""
    assert {key: option.split(" ")[0] for key, option in OPTIONS.items()} == WEBHOOKS_OPTIONS


def test_everything_includes_the_questions_of_each_cause(result: GateResult) -> None:
    """The full report lists the questions by probe, and what was observed."""
    file = io.StringIO()

    terminal.show(result, Console(file=file, width=80))

    assert "INCONCLUSIVE, by cause\n  1 question needs app.drive.start_session: add to [app.drive]\n" in file.getvalue()
    assert "      shows_no_server_error in cancelled\n" in file.getvalue()


def test_markdown_lists_the_causes(crowded: GateResult, result: GateResult) -> None:
    """Each has its count, its remedy and the line; a long list is cut."""
    text = markdown.render(result)

    assert "## INCONCLUSIVE, by cause\n\n- 1 question needs app.drive.start" in text
    assert f"  ```toml\n  {causes()['app.drive.start_session'].line}\n  ```\n" in text
    assert "more causes, which `--html` and `--json` list" in markdown.render(crowded)


def test_a_report_has_the_groups(result: GateResult) -> None:
    """The JSON report contains the same groups."""
    assert result.result.causes == cause_groups(result.result.scenarios)
    assert [group.cause for group in result.result.causes] == ["app.drive.start_session", "fault-not-reached"]


def test_a_receiver_shows_its_failures_and_what_its_responses_show(
    result: GateResult, outcome_of: Callable[..., Outcome]
) -> None:
    """Failures come with all details; probes of responses without a fault have one line each; then the summary."""
    refused = Finding(
        probe="refuses_forgeries", verdict=Verdict.INCONCLUSIVE, observed="all 60 were refused (401)", hook=EFFECTS
    )
    rows = Finding(probe="holds_every_row", verdict=Verdict.PASS, observed="93 rows", examined=93)
    outcomes = (*result.result.scenarios, outcome_of("webhooks.signature", refused, rows, scenario="webhook_forged"))
    file = io.StringIO()

    terminal.show_receiver(
        msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, scenarios=outcomes)),
        Console(file=file, width=80),
    )

    assert file.getvalue().startswith("FAIL  webhooks.idempotent   webhook_repeated")
    assert "\nWhat the responses show\n  refuses_forgeries: all 60 were refused (401)\n\n" in file.getvalue()
    assert file.getvalue().endswith("Again: fiskil-harness gate --seed 42\n")
    assert "INCONCLUSIVE  " not in file.getvalue()


def test_an_exception_behind_many_results_is_named(result: GateResult) -> None:
    """It says more than the violations that it causes; an exception of one scenario does not."""
    printed = [Printed(scenario=f"s{number}", exception="KeyError: 'posted_at'") for number in range(4)]
    whole = msgspec.structs.replace(result, printed=(*printed, Printed(scenario="t", exception="ValueError: x")))

    text = " ".join(line for line, _ in summary(whole, 80))

    assert "Your app printed KeyError: 'posted_at' in 4 of these scenarios, first in s0." in " ".join(text.split())
    assert "ValueError" not in text


def test_the_default_that_requires_everything_is_explained(result: GateResult) -> None:
    """A new user has listed nothing, and most practices are not proven; a list of required practices needs no note."""
    everything = judge(result.result.scenarios, settings=Settings(), seed=42, today=DATE)
    text = " ".join(line for line, _ in summary(msgspec.structs.replace(result, result=everything), 80))

    assert 'All are required: [gate] required is "all". List there what you need now.' in text
    assert "All are required" not in shown(result)
