"""Stated practices: what the config alone says meets a requirement, but is never called proven and is shown separately."""

import datetime
import io
import re
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.schema import GateSettings
from fiskil_harness.gate.judgement import Decision, GateResult, Judgement, judge
from fiskil_harness.gate.practice_status import Status, status_of
from fiskil_harness.gate.report import html, json, junit, markdown, terminal
from fiskil_harness.journal import Declared
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import Finding, KeepsConsentsShort, RequestsDeclaredDataOnly, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import all_practices, practice
from tests.paths import DOCS, SOURCE

TODAY = datetime.date(2026, 6, 1)
SHORT = "consent.short"
SETTINGS = Settings(gate=GateSettings(required=(SHORT,)))
REASON = (
    "the config alone says that consents last 90 days (app.facts.consent_days); "
    "the length of consents is set in the console at Fiskil, and the API does not show that setting"
)

OutcomeOf = Callable[..., Outcome]


def stated(probe: str = "keeps_consents_short", text: str = "consents last 90 days (app.facts.consent_days)") -> Finding:
    """Return a PASS that rests on the config alone."""
    return Finding(probe=probe, verdict=Verdict.PASS, observed="consents last 90 days", examined=1, stated=text)


@pytest.fixture
def tape() -> JournalBuilder:
    """Return an empty builder of a journal."""
    return JournalBuilder()


@pytest.fixture
def judgement(outcome_of: OutcomeOf) -> Judgement:
    """Return the judgement of a gate that requires only a practice that the config states."""
    return judge([outcome_of(SHORT, stated())], settings=SETTINGS, seed=1, today=TODAY)


@pytest.fixture
def whole(judgement: Judgement, result: GateResult) -> GateResult:
    """Return a report of that judgement."""
    return msgspec.structs.replace(result, result=judgement)


def test_a_statement_meets_a_requirement_and_is_no_proof(judgement: Judgement) -> None:
    """The gate opens, the status is not "proven", and the reason says why no experiment can try the practice."""
    status = next(status for status in judgement.statuses if status.practice == SHORT)

    assert (status.status, status.reason) == (Status.STATED, REASON)
    assert (judgement.decision, judgement.required_met, judgement.required_stated) == (Decision.OPEN, 1, 1)


def test_a_statement_about_a_practice_that_can_be_tried_does_not_count(outcome_of: OutcomeOf) -> None:
    """A row without a reason why no experiment can try it is not proven by a statement."""
    row = msgspec.structs.replace(practice(SHORT), stated_because="")

    status = status_of(row, [outcome_of(SHORT, stated())], Settings(), TODAY, is_required=True)

    assert (status.status, status.reason.endswith("; an experiment can try it")) == (Status.NOT_PROVEN, True)


def test_a_statement_does_not_replace_a_missing_experiment(outcome_of: OutcomeOf) -> None:
    """An INCONCLUSIVE finding of another scenario keeps the practice not proven."""
    outcomes = [outcome_of(SHORT, stated()), outcome_of(SHORT, ("keeps_consents_short", Verdict.INCONCLUSIVE), scenario="b")]

    status = status_of(practice(SHORT), outcomes, Settings(), TODAY, is_required=True)

    assert status.status is Status.NOT_PROVEN


def test_a_pass_by_observation_outweighs_a_statement(outcome_of: OutcomeOf) -> None:
    """If one scenario observed the part that another scenario only took from the config, the practice is proven."""
    scopes, probe = "scopes.essential-only", "requests_declared_data_only"
    outcomes = [outcome_of(scopes, stated(probe)), outcome_of(scopes, (probe, Verdict.PASS), scenario="b")]

    status = status_of(practice(scopes), outcomes, Settings(), TODAY, is_required=True)

    assert status.status is Status.PROVEN


def test_permissions_in_every_auth_session_are_observed(tape: JournalBuilder) -> None:
    """An app that names permissions proves its scopes; without names, the console decides and only the config says how."""
    tape.journal.write(Declared(datasets=("accounts",)))
    tape.call("banking.accounts")
    tape.call("auth_session", request_body=b'{"permissions": ["accounts"]}')
    assert RequestsDeclaredDataOnly().examine(tape.journal).stated == ""

    tape.call("auth_session", request_body=b"{}")
    assert (
        RequestsDeclaredDataOnly().examine(tape.journal).stated == "consents permit only these datasets (app.facts.datasets)"
    )


def test_a_finding_states_the_fact_it_rests_on(tape: JournalBuilder) -> None:
    """The text names the fact, so that a reader finds it in the config."""
    tape.journal.write(Declared(consent_days=90, one_off=False, purpose="to lend money"))

    assert KeepsConsentsShort().examine(tape.journal).stated == "consents last 90 days (app.facts.consent_days)"


def test_every_report_shows_stated_practices_separately(whole: GateResult) -> None:
    """The terminal, HTML and Markdown have a section of their own; JUnit has a note; JSON has a status and a count."""
    console = Console(file=io.StringIO(), width=80)
    terminal.show(whole, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    heading = "Stated in the config, not proven by an experiment"

    assert heading in shown
    assert re.search(r"\*stated +consent.short +see below", shown)
    assert "The gate is open for 1 required of 49, 1 of them stated." in shown
    assert f'<h3 id="stated">{heading}</h3>' in html.render(whole)
    assert f"## {heading}\n\n| practice | reason |\n|---|---|\n| `consent.short` |" in markdown.render(whole)
    assert f"<system-out>stated, not proven: {REASON}</system-out>" in junit.render(whole)
    document = msgspec.json.decode(json.render(whole))
    assert document["result"]["required_stated"] == 1
    assert [row["reason"] for row in document["result"]["statuses"] if row["status"] == "stated"] == [REASON]


def test_the_documentation_lists_every_stated_practice() -> None:
    """docs/gate.md has the rows of fixtures/practices.toml."""
    page = (DOCS / "gate.md").read_text(encoding="utf-8")
    rows = [row for row in all_practices().values() if row.stated_because]

    assert len(rows) == 5
    assert [row.id for row in rows if f"| `{row.id}` | {row.stated_part} | {row.stated_because} |" not in page] == []


def test_each_probe_that_rests_on_the_config_has_a_reason() -> None:
    """Practices that need a probe with a stated part say why no experiment can try that part, and no other practice does."""
    modules = [
        path
        for path in (SOURCE / "fiskil_harness" / "probes").rglob("*.py")
        if "stated=" in path.read_text(encoding="utf-8")
    ]
    probes = {path.stem for path in modules} - {"probe"}

    assert {row.id for row in all_practices().values() if probes & {*row.needed}} == {
        row.id for row in all_practices().values() if row.stated_because
    }
