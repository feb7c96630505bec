"""The table of kinds: every scenario has one row, and every row a source that bears it out."""

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import clauses
from fiskil_harness.core.model.findings import Kind
from fiskil_harness.faults import FAULTS
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.scenario.kinds import is_unlawful, kind_of, rows_of, source_of, table, with_kind
from fiskil_harness.scenario.scenario import load
from fiskil_harness.scenario.steps import STEPS

PAGES = "https://docs.fiskil.com/"
STATED = {"documented", "observed", "contradicted"}
HOSTED = [path.stem for path in catalog.hosted_paths()]
NAMES = [*catalog.scenario_names(), *catalog.opt_in_names(), *HOSTED, "refresh.banking.transactions.stalls.foreground"]


def test_every_scenario_has_one_row() -> None:
    """A new scenario needs a kind and a source before it can be used."""
    assert [name for name in NAMES if len(rows_of(name)) != 1] == []


def test_every_row_names_scenarios_that_exist() -> None:
    """A scenario that was renamed or removed leaves no row behind."""
    for row in table().row:
        for pattern in row.scenarios:
            assert pattern in NAMES or ("*" in pattern and any(row in rows_of(name) for name in NAMES)), pattern


def test_every_row_has_a_source() -> None:
    """A row of the kind production cites a page, or a clause that a page states or that was observed."""
    for row in table().row:
        clause = clauses().get(row.source)
        assert clause or row.source.startswith(PAGES), row.source
        assert row.kind != "production" or clause is None or clause.status in STATED, row.source


def test_what_the_provider_must_not_send_is_defence_in_depth() -> None:
    """The rows agree with the steps and faults of the scenarios."""
    scenarios = [load(name) for name in NAMES if name not in HOSTED]

    assert {name.name for name in scenarios if is_unlawful(name)} == {
        name.name for name in scenarios if kind_of(name) is Kind.DEFENCE
    }


def test_unlawful_steps_and_faults_exist() -> None:
    """No name of the table is misspelt."""
    assert set(table().defence.steps) <= set(STEPS)
    assert set(table().defence.faults) <= set(FAULTS)


def test_each_finding_has_the_kind_and_the_source() -> None:
    """The source is a clause with the page that it is from, or a page."""
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="twice")
    outcome = Outcome(scenario="webhook_repeated", title="", practices=(), seed=1, findings=(finding,))

    (found,) = with_kind(outcome, load("webhook_repeated")).findings
    assert found.kind is Kind.PRODUCTION
    assert found.kind_source == "webhooks.message-id: https://docs.fiskil.com/data-api/guides/core-concepts/webhooks"
    assert source_of("idle_app") == "https://docs.fiskil.com/data-api/guides/resources/best-practices"
    assert source_of("our_own") == ""
