"""Steps in front of an app that reads energy data only: end users, institutions, events and changes are of a retailer."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Facts
from fiskil_harness.core.model.events import is_extra
from fiskil_harness.core.model.permission import all_of
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import ConsentState, Delivery, EventCreated, Journal, Rows
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

READ = ("energy_accounts", "service_points", "invoices", "usage")
EVENTS = ("consent.received", "energy.*")

Play = Callable[..., Journal]


@pytest.fixture
def play(mailbox: Mailbox, drive: Callable[..., Driver]) -> Play:
    """Return a function that performs steps in front of an app with these facts."""

    def play(*sequence: Any, datasets: tuple[str, ...] = READ, end_user: str = "rosa") -> Journal:
        settings = mailbox.settings()
        facts = Facts(datasets=datasets, uses_events=EVENTS)
        app = msgspec.structs.replace(settings.app, facts=facts)
        scenario = Scenario(name="x", practices=(), steps=sequence, probes=(), end_user=end_user)
        journal, crashed = drive(msgspec.structs.replace(settings, app=app)).perform(scenario)
        assert not crashed
        return journal

    return play


def test_end_users_consent_at_a_retailer(play: Play) -> None:
    """The consent covers the datasets of the app; a second institution is a retailer too."""
    journal = play(steps.Authorise(accounts=("everyday",)), steps.BeginOutage(), steps.EndOutage())

    (consent,) = journal.all(ConsentState)
    assert (consent.institution_id, set(consent.permissions), len(consent.accounts)) == ("99999", set(READ), 1)


def test_an_app_that_reads_one_dataset_gets_three_events(play: Play) -> None:
    """So the numbers in scenarios, which count three datasets, are right."""
    journal = play(steps.Authorise(), steps.Sync(), datasets=("usage",))

    assert [(event.event, event.kind) for event in journal.all(EventCreated) if not is_extra(event.kind)] == [
        ("e0", "consent.received"),
        ("e1", "energy.accounts.sync.completed"),
        ("e2", "energy.invoices.sync.completed"),
        ("e3", "energy.usage.sync.completed"),
    ]


def test_events_of_further_datasets_are_counted_apart(play: Play) -> None:
    """The events of the datasets in place of accounts, balances and transactions keep their numbers."""
    journal = play(
        steps.Authorise(), steps.Sync(), steps.Advance(seconds=1), steps.TouchConsent(), datasets=all_of("energy")
    )

    symbols = {event.kind: event.event for event in journal.all(EventCreated)}
    assert symbols["energy.accounts.sync.completed"] == "e1"
    assert symbols["energy.balances.sync.completed"] == "e2"
    assert [symbols[f"energy.{name}.sync.completed"] for name in ("servicepoints", "invoices", "billing")] == [
        "extra1",
        "extra2",
        "extra3",
    ]
    assert symbols["energy.usage.sync.completed"] == "e3"
    assert symbols["consent.updated"] == "e4"


@pytest.mark.parametrize("datasets", [READ, ("energy_balances", "usage", "invoices"), all_of("energy")])
def test_the_new_event_of_a_step_is_the_one_that_is_delivered(play: Play, datasets: tuple[str, ...]) -> None:
    """It may be of a dataset whose events are counted apart."""
    journal = play(
        steps.Authorise(), steps.Sync("usage"), steps.Deliver(), steps.Reencode("no_account_ids"), datasets=datasets
    )

    created = [event for event in journal.all(EventCreated) if event.kind != "consent.received"]
    (delivery,) = [delivery for delivery in journal.all(Delivery) if delivery.name == "no_account_ids"]
    assert delivery.event == created[-1].event
    assert created[-1].kind in {"energy.accounts.sync.completed", "energy.balances.sync.completed"}


def test_rows_of_every_dataset_change_at_a_retailer(play: Play) -> None:
    """Ids stay, and each dataset has at least one changed row. Source: data.changes"""
    journal = play(
        steps.Authorise(), steps.Sync(), steps.ChangeEveryField(), steps.Sync(), datasets=all_of("energy"), end_user="joel"
    )

    for dataset in all_of("energy"):
        first, last = (rows.rows for rows in journal.all(Rows) if rows.dataset == dataset)
        assert [row["fiskil_id"] for row in first] == [row["fiskil_id"] for row in last]
        assert first != last


@pytest.mark.parametrize("nth", [0, 4, None])
def test_rows_disappear_at_a_retailer(play: Play, nth: int | None) -> None:
    """The next sync lists their ids as removed. Source: data.changes"""
    journal = play(steps.Authorise(), steps.Sync("usage"), steps.RemoveRows(dataset="usage", nth=nth), steps.Sync("usage"))

    first, last = (rows for rows in journal.all(Rows) if rows.dataset == "usage")
    removed = {row["fiskil_id"] for row in first.rows} - {row["fiskil_id"] for row in last.rows}
    assert len(removed) == (len(first.rows) if nth is None else 1)
    assert removed == {*last.removed_ids}


def test_a_row_that_a_retailer_lacks_cannot_be_removed(play: Play) -> None:
    """The step says how many rows there are."""
    with pytest.raises(AssertionError, match=r"There is no row 500 to remove: the retailer has \d+ rows of invoices"):
        play(steps.Authorise(), steps.Sync("invoices"), steps.RemoveRows(dataset="invoices", nth=500))


@pytest.mark.parametrize(("dataset", "nth"), [("transactions", 0), ("usages", 0), ("usage", -1)])
def test_removals_validate_their_arguments(dataset: str, nth: int) -> None:
    """Rows of banks have a step of their own."""
    with pytest.raises(ConfigError, match="RemoveRows"):
        steps.RemoveRows(dataset=dataset, nth=nth).check()


def test_an_event_with_account_ids_is_about_a_dataset_of_the_consent(play: Play) -> None:
    """A consent at a retailer covers no bank accounts."""
    journal = play(steps.Authorise(), steps.Deliver(), steps.Reencode("no_account_ids"))

    assert journal.all(EventCreated)[-1].kind == "energy.accounts.sync.completed"
