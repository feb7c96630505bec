"""Each way in which a row changes between two syncs, as the API serves it before and after, and its events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import EventCreated
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps.step import Step
from tests.apps.feed import Feed, feed_settings
from tests.plain_http import plain_client

Rowset = dict[str, dict[str, Any]]


@pytest.fixture
def driver(drive: Callable[..., Driver]) -> Driver:
    """A driver between a local Fiskil and the feed."""
    return drive(feed_settings(request_deadline_s=30), given=Feed())


def perform(driver: Driver, *sequence: steps.AnyStep) -> tuple[Any, str]:
    return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))


class ReadTransactions(Step, frozen=True, tag="read_transactions"):
    """Every transaction is read from the API; *results* collects the rows by fiskil_id."""

    results: list[Rowset]

    def perform(self, stage: Any) -> None:
        """Read the transactions."""
        fiskil = stage.fiskil
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        with plain_client(base_url=fiskil.api_url, timeout=20) as client:
            headers = {"authorization": "Bearer " + client.post("/v1/token", json=pair).json()["token"]}
            query = {"end_user_id": stage.end_user().end_user_id, "page[size]": "1000"}
            rows = client.get("/v1/banking/transactions", params=query, headers=headers).json()["transactions"]
        self.results.append({row["fiskil_id"]: row for row in rows})


def before_and_after(driver: Driver, *changes: steps.AnyStep) -> tuple[Rowset, Rowset]:
    """Return the API's rows after a first sync, and after changes and a second one; each sync creates an event."""
    results: list[Rowset] = []
    read: Any = ReadTransactions(results)
    sync = steps.Sync("transactions")
    journal, crashed = perform(driver, steps.Authorise(), sync, read, *changes, sync, read)
    assert not crashed
    kinds = [event.kind for event in journal.all(EventCreated)]
    assert kinds.count("banking.transactions.sync.completed") == 2
    return results[0], results[1]


def days_ago(instant: str) -> int:
    """Return how many whole days ago an instant is."""
    return round((datetime.now(UTC) - datetime.fromisoformat(instant)) / timedelta(days=1))


def test_an_amended_row_keeps_its_id(driver: Driver) -> None:
    """Amount and description change. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(kind="amend", nth=2))

    (changed,) = [row_id for row_id in before if before[row_id]["amount"] != after[row_id]["amount"]]
    assert set(before) == set(after)
    assert after[changed]["description"].startswith("CORRECTED ")


def test_a_reversed_row_keeps_all_but_the_sign(driver: Driver) -> None:
    """Money that was paid out comes in."""
    before, after = before_and_after(driver, steps.Change(kind="reverse", nth=2))
    (changed,) = [fiskil_id for fiskil_id, row in before.items() if after[fiskil_id] != row]

    assert before[changed]["amount"] == f"-{after[changed]['amount']}"
    assert {**after[changed], "amount": ""} == {**before[changed], "amount": ""}


def test_a_row_is_amended_to_the_given_amount(driver: Driver) -> None:
    """Every digit is kept, even where a float would lose some. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(kind="amend", nth=2, amount="-90071992547409.93"))

    (changed,) = [row_id for row_id in before if before[row_id]["amount"] != after[row_id]["amount"]]
    assert after[changed]["amount"] == "-90071992547409.93"


@pytest.mark.parametrize(("what", "status"), [("remove", "POSTED"), ("vanish", "PENDING")])
def test_a_removed_row_is_no_longer_served(driver: Driver, what: Any, status: str) -> None:
    """The row was posted, or pending and never posted. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(kind=what))

    (removed,) = set(before) - set(after)
    assert before[removed]["status"] == status
    assert set(after) <= set(before)


def test_every_row_can_be_removed(driver: Driver) -> None:
    """The API returns an empty list. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(kind="clear"))

    assert before
    assert not after


def test_a_posted_row_stays_in_the_list(driver: Driver) -> None:
    """It is no longer PENDING and has a posting time of today. Source: data.pending-posted"""
    before, after = before_and_after(driver, steps.Change(kind="post"))

    (posted,) = [row_id for row_id in before if before[row_id]["status"] != after[row_id]["status"]]
    assert set(before) == set(after)
    assert (after[posted]["status"], days_ago(after[posted]["posting_date_time"])) == ("POSTED", 0)


def test_an_equal_row_differs_only_in_its_ids(driver: Driver) -> None:
    """No app may treat two equal rows as one; a second repetition is a third row. Source: data.changes"""
    before, after = before_and_after(driver, *[steps.Change(kind="repeat", nth=4)] * 2)

    new = [after[row_id] for row_id in set(after) - set(before)]
    assert len(new) == 2
    fields = {name: value for name, value in new[0].items() if name not in {"fiskil_id", "transaction_id"}}
    assert len([row for row in after.values() if fields.items() <= row.items()]) == 3


@pytest.mark.parametrize(("what", "days"), [("back_date", (0, 5, 5)), ("arrive_late", (5, 5, 5))])
def test_a_row_may_be_older_than_its_arrival(driver: Driver, what: Any, days: tuple[int, int, int]) -> None:
    """It was made days ago and is posted today, or was posted days ago and appears now. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(kind=what, days=5))

    (new,) = set(after) - set(before)
    dates = [after[new][f"{field}_date_time"] for field in ("posting", "execution", "value")]
    assert tuple(map(days_ago, dates)) == days
    order = [row.get("posting_date_time") for row in after.values() if row["status"] == "POSTED"]
    assert order == sorted(order, reverse=True)


def test_a_row_was_posted_half_an_hour_ago_in_real_time(driver: Driver) -> None:
    """An app that reads up to the present by its own clock must find it, although sandbox time is hours ahead."""
    before, after = before_and_after(driver, steps.Advance(minutes=600), steps.Change(kind="arrive_today", nth=2))

    posted = [row["posting_date_time"] for row in after.values() if row["status"] == "POSTED"]
    ages = [(datetime.now(UTC) - datetime.fromisoformat(text)) / timedelta(minutes=1) for text in posted]
    assert any(30 <= age < 32 for age in ages)
    assert len(after) > len(before)


def test_a_row_is_amended_to_the_given_description(driver: Driver) -> None:
    """Every letter is served. Source: data.changes"""
    text = "CAFÉ ZOË \u2013 \U0001f363 \u0645\u0642\u0647\u0649"

    before, after = before_and_after(driver, steps.Change(kind="amend", nth=2, description=text))

    (changed,) = [row_id for row_id in before if before[row_id]["description"] != after[row_id]["description"]]
    assert after[changed]["description"] == text
    assert after[changed]["amount"] != before[changed]["amount"]


def test_account_and_merchant_select_the_row(driver: Driver) -> None:
    """Only their rows count, from the newest."""
    before, after = before_and_after(
        driver,
        steps.Change(kind="remove", account="savings", nth=1),
        steps.Change(kind="remove", merchant="Woolworths"),
    )

    posted = [row for row in before.values() if row["status"] == "POSTED"]
    savings = [row["fiskil_id"] for row in posted if row["description"] == "TRANSFER FROM EVERYDAY"]
    shopping = [row["fiskil_id"] for row in posted if row.get("merchant_name") == "Woolworths"]
    assert set(before) - set(after) == {savings[1], shopping[0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            steps.Change(kind="amend", account="saving"),
            "no account 'saving'. Did you mean 'savings'? Known: everyday, savings.",
        ),
        (steps.Change(kind="amend", merchant="Woolworth"), "no merchant 'Woolworth'. Did you mean 'Woolworths'? Known: "),
        (
            steps.Change(kind="vanish", account="savings"),
            "There is no row 0 to vanish: the institution has 0 PENDING rows on 'savings'.",
        ),
        (
            steps.Change(kind="amend", merchant="Telstra", nth=7),
            "There is no row 7 to amend: the institution has 3 POSTED rows of Telstra.",
        ),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_a_missing_row_is_reported(driver: Driver, change: steps.Change, message: str) -> None:
    """The message contains the nearest match, or the number of rows."""
    _, crashed = perform(driver, steps.Authorise(), change)

    assert message in crashed


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"kind": "amned"},
            "no kind 'amned'. Did you mean 'amend'? Known: amend, reverse, remove, post, repeat, back_date,",
        ),
        ({"kind": "post", "nth": -1}, "nth must be 0 or greater, got -1"),
        ({"kind": "back_date", "days": 0}, "days must be from 1 to 365, got 0"),
        ({"kind": "arrive_late", "days": 366}, "days must be from 1 to 365, got 366"),
        ({"kind": "amend", "amount": "-12.5"}, "only amend takes an amount, such as -12.50; got '-12.5' for amend"),
        ({"kind": "repeat", "amount": "-12.50"}, "only amend takes an amount, such as -12.50; got '-12.50' for repeat"),
        ({"kind": "repeat", "description": "CAFÉ"}, "only amend takes a description; got 'CAFÉ' for repeat"),
    ],
)
def test_invalid_arguments_are_refused_before_anything_runs(values: dict[str, Any], message: str) -> None:
    """The message contains the value and the allowed values."""
    with pytest.raises(ConfigError, match=message.replace(".", r"\.").replace("?", r"\?")):
        steps.Change(**values).check()
