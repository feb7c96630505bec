"""Every field of transactions and accounts changes at the institution, one in each row."""

from collections.abc import Callable
from typing import Any

import pytest

from fiskil_harness.journal import Journal, Rows
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps.field_changes import ACCOUNT_FIELDS
from tests.apps.feed import Feed, feed_settings

DATES = {"posting_date_time", "execution_date_time", "value_date_time"}


@pytest.fixture
def changes(drive: Callable[..., Driver]) -> Callable[[str], list[set[str]]]:
    """Return a function that returns the names of the changed fields of each changed row of a dataset."""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())
    step = steps.ChangeEveryField()
    scenario = Scenario(name="x", practices=(), steps=(steps.Authorise(), step, steps.Sync(), step, steps.Sync()), probes=())
    journal, crashed = driver.perform(scenario)
    assert not crashed

    def changed(dataset: str) -> list[set[str]]:
        first, last = (rows.rows for rows in journal.all(Rows) if rows.dataset == dataset)
        before: dict[str, Any] = {row["fiskil_id"]: row for row in first}
        names = [{name for name in row if row[name] != before[row["fiskil_id"]][name]} for row in last]
        return sorted(filter(None, names), key=sorted)

    return changed


def test_each_changed_transaction_has_one_new_field(changes: Callable[[str], list[set[str]]]) -> None:
    """An app that compares only some fields misses the changes of the others. Source: data.changes"""
    assert changes("transactions") == [
        {"amount"},
        {"category"},
        {"description"},
        DATES,
        {"merchant_category_code"},
        {"merchant_name"},
        {"reference"},
        {"type"},
    ]


def test_every_field_of_an_account_changes(changes: Callable[[str], list[set[str]]]) -> None:
    """Each field changes in one of the accounts, and ids stay. Source: data.changes"""
    assert set.union(*changes("accounts")) == set(ACCOUNT_FIELDS)


def test_balances_change_with_the_amount(changes: Callable[[str], list[set[str]]]) -> None:
    """The balance is the sum of the rows. Source: data.balances-add-up"""
    assert changes("balances") == [{"current_balance", "available_balance"}]


def test_optional_fields_are_removed(drive: Callable[..., Driver]) -> None:
    """One transaction loses each field, and every account its nickname and bundle. Source: data.absent-fields"""
    driver = drive(feed_settings(request_deadline_s=30), given=Feed())
    sequence = (steps.Authorise(), steps.ChangeEveryField(), steps.Sync(), steps.RemoveFields(), steps.Sync())

    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert not crashed
    lost = lost_fields(journal, "accounts")
    assert (set(lost), "Renamed nickname" in lost["nickname"]) == ({"nickname", "bundle_name"}, True)
    assert lost_fields(journal, "transactions") == {
        "reference": ["CORRECTED REFERENCE"],
        "merchant_name": ["CORRECTED MERCHANT"],
        "merchant_category_code": [""],
        "category": [""],
    }


def lost_fields(journal: Journal, dataset: str) -> dict[str, list[str]]:
    """Return the old values, without numbers, of each field that a row of *dataset* lost."""
    first, last = (rows.rows for rows in journal.all(Rows) if rows.dataset == dataset)
    before = {row["fiskil_id"]: row for row in first}
    lost: dict[str, list[str]] = {}
    for row in last:
        for name, value in before[row["fiskil_id"]].items():
            words = value if isinstance(value, str) else ""
            lost.setdefault(name, []).extend([words.rstrip("0123456789 ")] * (value is not None and row[name] is None))
    return {name: values for name, values in lost.items() if values}
