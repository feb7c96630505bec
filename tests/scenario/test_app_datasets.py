"""Scenarios follow the datasets that the config states: others are replaced, and what cannot be replaced is left out."""

import contextlib
import itertools
from collections.abc import Callable

import msgspec
import pytest

from fiskil_harness import faults, probes
from fiskil_harness.core import catalog
from fiskil_harness.core.config import Facts, Settings
from fiskil_harness.core.model import USUAL_PERMISSIONS
from fiskil_harness.core.model.permission import all_of
from fiskil_harness.errors import UnknownName
from fiskil_harness.gate.fast_selection import shortlist
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.app_datasets import fit, fitted
from fiskil_harness.scenario.scenario import Scenario, load, load_all
from fiskil_harness.scenario.used_datasets import datasets_used, institution_for, person_for

SCENARIOS = load_all()
SUBSETS = [names for count in (1, 2) for names in itertools.combinations(USUAL_PERMISSIONS, count)]
ENERGY_SUBSETS = [("energy_accounts", "service_points", "invoices", "usage"), ("usage",), ("invoices",), all_of("energy")]
CONSENTS = "consent.*"
TRANSACTIONS = Facts(datasets=("transactions",), uses_events=(CONSENTS, "banking.transactions.*"))
ACCOUNTS = Facts(datasets=("accounts", "balances"))
ENERGY = Facts(datasets=ENERGY_SUBSETS[0])


def text_of(scenario: Scenario) -> str:
    """Return the steps and probes as JSON."""
    return msgspec.json.encode((scenario.steps, scenario.probes)).decode()


@pytest.mark.parametrize(
    ("datasets", "events", "used"),
    [
        (None, None, USUAL_PERMISSIONS),
        (None, ("*",), USUAL_PERMISSIONS),
        (("transactions",), None, ("transactions",)),
        (USUAL_PERMISSIONS, (CONSENTS, "banking.transactions.sync.completed"), ("transactions",)),
        (None, (CONSENTS, "banking.balances.*"), ("balances",)),
        (("accounts",), (CONSENTS,), ("accounts",)),
        (None, (CONSENTS,), ()),
        (("usage",), None, ("usage",)),
    ],
)
def test_an_app_uses_datasets_that_it_reads_and_whose_events_it_uses(
    datasets: tuple[str, ...] | None, events: tuple[str, ...] | None, used: tuple[str, ...]
) -> None:
    """Events decide if no datasets are stated; an app without sync events may read on its own."""
    assert datasets_used(Facts(datasets=datasets, uses_events=events)) == used


@pytest.mark.parametrize("facts", [Facts(), Facts(datasets=(*USUAL_PERMISSIONS, "payees"))])
def test_an_app_that_uses_the_usual_datasets_gets_every_scenario_unchanged(facts: Facts) -> None:
    """So does an app whose config states nothing."""
    assert all(fitted(scenario, facts).scenario is scenario for scenario in SCENARIOS)


@pytest.mark.parametrize("used", SUBSETS)
def test_no_scenario_names_an_unused_dataset(used: tuple[str, ...]) -> None:
    """No step, fault, route or probe does; the name remains, and fitting the result again changes nothing."""
    fits = {scenario.name: fit(scenario, used) for scenario in SCENARIOS}
    concerning = {name: each.scenario for name, each in fits.items() if not each.outside}
    unused = [f'"{field}{name}"' for name in USUAL_PERMISSIONS if name not in used for field in ('dataset":"', "banking.")]

    named = [name for name, scenario in concerning.items() if any(text in text_of(scenario) for text in unused)]

    assert named == []
    assert all(scenario.name == name for name, scenario in concerning.items())
    assert all(fit(scenario, used).scenario == scenario for scenario in concerning.values())
    assert len(concerning) >= 0.98 * len(SCENARIOS)


@pytest.mark.parametrize("used", ENERGY_SUBSETS)
def test_no_scenario_of_an_energy_app_names_a_bank(used: tuple[str, ...]) -> None:
    """Neither a route, an event nor a dataset of a bank remains, and fitting the result again changes nothing."""
    fits = {scenario.name: fit(scenario, used) for scenario in SCENARIOS}
    concerning = {name: each.scenario for name, each in fits.items() if not each.outside}

    named = [
        name
        for name, scenario in concerning.items()
        if any(text in text_of(scenario) for text in ('"banking.', *(f'dataset":"{name}"' for name in USUAL_PERMISSIONS)))
    ]

    assert named == []
    assert all(fit(scenario, used).scenario == scenario for scenario in concerning.values())
    assert len(concerning) >= 0.95 * len(SCENARIOS)


def test_an_energy_app_reads_the_most_similar_energy_data() -> None:
    """Usage is a long list like transactions, and an invoice is an amount like a balance."""
    scenario = fitted(load("token_expires_between_pages"), ENERGY).scenario
    outage = fitted(load("outage_during_refresh"), ENERGY).scenario
    balances = fitted(load("balances_stale_after_event"), ENERGY).scenario

    assert {step.route for step in scenario.steps if isinstance(step, steps.InjectFault)} == {"energy.usage"}
    assert [step.rows for step in scenario.steps if isinstance(step, steps.LimitPages)] == [
        step.rows for step in load("token_expires_between_pages").steps if isinstance(step, steps.LimitPages)
    ]
    assert "energy.*" in text_of(outage)
    assert probes.HoldsEveryRow("invoices") in balances.probes


def test_energy_events_alone_make_an_energy_app() -> None:
    """Without ``app.facts.datasets``, the events decide."""
    assert datasets_used(Facts(uses_events=(CONSENTS, "energy.usage.*"))) == ("usage",)
    assert datasets_used(Facts(datasets=("transactions", "usage"))) == ("transactions",)


def test_a_consent_of_an_energy_app_withdraws_energy_data() -> None:
    """Data that the app uses is withdrawn, and the remaining data is of energy too."""
    scenario = fitted(load("consent_reduced"), ENERGY).scenario
    of_one = fitted(load("consent_reduced"), Facts(datasets=("usage",))).scenario

    remaining = ("energy_accounts", "invoices", "service_points")
    assert steps.Amend(accounts=("everyday",), datasets=remaining) in scenario.steps
    assert steps.Amend(accounts=("everyday",), datasets=("energy_accounts", "invoices")) in of_one.steps


def test_rows_of_energy_data_are_removed() -> None:
    """Rows of usage are of the last week; of a short list only the newest row is removed."""
    usage = fitted(load("rows_removed_between_syncs"), ENERGY).scenario
    invoices = fitted(load("rows_removed_between_syncs"), Facts(datasets=("invoices",))).scenario

    removals = [step for step in usage.steps if isinstance(step, steps.RemoveRows)]
    assert [(step.dataset, step.nth, step.twin) for step in removals] == [
        ("usage", 2, ""),
        ("usage", 4, ""),
        ("usage", 0, ""),
        ("usage", None, "emptied"),
    ]
    assert [step.nth for step in invoices.steps if isinstance(step, steps.RemoveRows)] == [0, None]
    assert usage.probes == (probes.DropsRemovedRows("usage"),)


def test_energy_retailers_have_no_joint_accounts() -> None:
    """No other end user can withdraw an account there."""
    assert fitted(load("joint_holder_withdraws"), ENERGY).outside.endswith("energy retailers have no joint accounts")


@pytest.mark.parametrize("used", ENERGY_SUBSETS)
def test_every_person_with_bank_accounts_has_energy_accounts_under_the_same_keys(used: tuple[str, ...]) -> None:
    """So the keys in scenarios stay right. The person still withholds something, and shares something."""
    rosa, withholding = person_for(catalog.person("rosa"), used), person_for(catalog.person("fewer_permissions"), used)

    assert [spec.key for spec in rosa.energy] == [spec.key for spec in catalog.person("rosa").accounts]
    assert rosa.accounts == ()
    assert withholding.withholds[0] in used


def test_a_bank_app_keeps_people_and_institutions() -> None:
    """Nothing stands in their place."""
    rosa = catalog.person("rosa")

    assert person_for(rosa, ("transactions",)) is rosa
    assert institution_for("88888", ("transactions",)) == "88888"
    assert institution_for("88888", ("usage",)) == "99999"


def test_routes_events_and_probes_follow_the_dataset() -> None:
    """The fault meets the list that the app reads, and its rows are judged."""
    scenario = fitted(load("token_expires_during_first_sync"), TRANSACTIONS).scenario
    ordering = fitted(load("webhook_child_before_parent"), TRANSACTIONS).scenario

    assert {step.route for step in scenario.steps if isinstance(step, steps.InjectFault)} == {"banking.transactions"}
    assert steps.Sync("transactions") in scenario.steps
    assert steps.DeliverEach(("consent.updated", "banking.transactions.sync.completed"), twin="b") in ordering.steps


def test_a_fault_that_two_datasets_met_acts_once_on_one() -> None:
    """A second equal fault would never meet a call."""
    scenario = fitted(load("rows_of_other_end_user"), TRANSACTIONS).scenario

    assert [step.route for step in scenario.steps if isinstance(step, steps.InjectFault)] == ["banking.transactions"]


def test_short_lists_get_several_pages() -> None:
    """A person with several accounts has one row on each page, so that a later page exists."""
    scenario = fitted(load("cursor_expires_during_pagination"), ACCOUNTS).scenario

    assert steps.LimitPages(rows=1) in scenario.steps
    assert scenario.end_user == "joel"
    assert scenario.probes == (probes.CommitsWholeWalks("balances"), probes.HoldsEveryRow("balances"))


def test_rows_of_other_datasets_change_too() -> None:
    """A corrected amount has no place in a list of accounts, so every field changes."""
    scenario = fitted(load("amount_corrected"), ACCOUNTS).scenario

    assert steps.ChangeEveryField() in scenario.steps
    assert scenario.probes == (probes.HoldsNewestValues("balances"),)


@pytest.mark.parametrize("scenario", ["account_closed_at_bank", "fewer_permissions_granted"])
def test_an_app_that_does_not_store_whether_accounts_are_open_gets_other_changes(scenario: str) -> None:
    """Every field of an account changes, except that one."""
    chosen = fitted(load(scenario), Facts(shows_closed_accounts=False)).scenario

    assert steps.CloseAccount("savings") in load(scenario).steps
    assert not any(isinstance(step, steps.CloseAccount) for step in chosen.steps)
    assert steps.ChangeEveryField() in chosen.steps


def test_the_last_account_is_closed_whatever_the_app_stores() -> None:
    """The consent ends, which every app must notice."""
    assert fitted(load("last_account_closed"), Facts(shows_closed_accounts=False)).scenario == load("last_account_closed")


@pytest.mark.parametrize("facts", [ACCOUNTS, ENERGY])
def test_a_restart_concerns_every_app(facts: Facts) -> None:
    """Accounts and meter reads have no description that changes; the restart remains."""
    fitting = fitted(load("rows_kept_after_restart"), facts)

    assert (fitting.outside, steps.Restart() in fitting.scenario.steps) == ("", True)
    assert not any(isinstance(step, steps.Change) for step in fitting.scenario.steps)


def test_no_energy_retailer_removes_optional_fields_of_a_bank() -> None:
    """The fields of energy data change instead."""
    scenario = fitted(load("optional_fields_removed"), ENERGY).scenario

    assert steps.ChangeEveryField() in scenario.steps
    assert steps.RemoveFields() not in scenario.steps


def test_a_fault_moves_to_a_dataset_that_has_its_fields() -> None:
    """Balances have no text that another encoding could spoil; accounts have."""
    scenario = fitted(load("text_encoding_invalid"), ACCOUNTS).scenario

    assert {step.route for step in scenario.steps if isinstance(step, steps.InjectFault)} == {"banking.accounts"}


def test_a_reduced_consent_withdraws_what_the_app_uses() -> None:
    """The rows of the withdrawn dataset must vanish, and the other one stays permitted."""
    scenario = fitted(load("consent_reduced"), ACCOUNTS).scenario

    assert steps.Amend(accounts=("everyday",), datasets=("accounts", "transactions")) in scenario.steps
    assert scenario.probes == (probes.RespectsReducedConsent(), probes.DropsRemovedRows("accounts"))


@pytest.mark.parametrize(
    ("name", "facts", "unused"),
    [
        ("dates_in_many_formats", ACCOUNTS, "only accounts and balances, not transactions"),
        ("descriptions_beyond_ascii", ACCOUNTS, "only accounts and balances, not transactions"),
        ("rows_removed_between_syncs", ACCOUNTS, "only accounts and balances, not transactions"),
        ("fewer_permissions_granted", TRANSACTIONS, "only transactions, not accounts"),
    ],
)
def test_a_scenario_without_counterpart_does_not_concern_the_app(name: str, facts: Facts, unused: str) -> None:
    """Accounts have no dates and descriptions and are not removed. The app cannot read what the institution withholds."""
    assert fitted(load(name), facts).outside == f"app.facts states that the app uses {unused}"


def test_a_scenario_of_a_team_stays_as_it_is() -> None:
    """The team may test that its app ignores a dataset."""
    own = msgspec.structs.replace(load("accounts_sync_fails"), name="our_own")

    assert fitted(own, TRANSACTIONS).scenario == own


def test_a_plan_keeps_its_events() -> None:
    """Each sync still creates one event, so the numbers of the events in other steps remain right."""
    plan = Scenario(
        practices=("webhooks.idempotent",),
        steps=(
            steps.Authorise(),
            steps.Sync("accounts"),
            steps.Sync("balances"),
            steps.InjectFault("banking.balances", faults.Status(status=503)),
        ),
        probes=(probes.AppliesOnce(),),
    )

    assert fit(plan, ("transactions",)).scenario.steps == (
        steps.Authorise(),
        steps.Sync("transactions"),
        steps.Sync("transactions"),
        steps.InjectFault("banking.transactions", faults.Status(status=503)),
    )


def test_a_fast_gate_leaves_out_what_does_not_concern_the_app(receiver_settings: Callable[..., Settings]) -> None:
    """Another scenario tests the question instead."""
    facts = {"datasets": ["transactions"], "uses_events": [CONSENTS, "banking.transactions.*"]}
    settings = receiver_settings(app={"facts": facts})
    scenarios = [load("fewer_permissions_granted"), load("happy_path")]

    assert [scenario.name for scenario in shortlist(scenarios, settings)] == ["happy_path"]


def test_nothing_runs_if_a_scenario_does_not_concern_the_app(receiver_settings: Callable[..., Settings]) -> None:
    """The outcome says why; the app is not even started."""
    settings = receiver_settings(app={"command": "no-such-program", "facts": {"datasets": ["accounts"]}})

    with contextlib.closing(Worker(settings, seed=1)) as worker:
        outcome = worker.play(load("dates_in_many_formats")).outcome

    assert outcome.verdict is Verdict.INCONCLUSIVE
    assert outcome.outside == "app.facts states that the app uses only accounts, not transactions"
    assert outcome.findings[0].observed == f"this scenario does not concern the app: {outcome.outside}"


def test_an_unknown_hook_in_only_with_is_refused() -> None:
    """No app would ever have it, so the scenario would never run."""
    with pytest.raises(UnknownName, match=r"Did you mean 'app\.drive\.refresh'"):
        Scenario(name="x", practices=(), steps=(), probes=(), only_with=("app.drive.refrehs",)).check()
