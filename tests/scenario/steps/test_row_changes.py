"""Each way in which a row changes between two syncs, as the API serves it before and after, and as its events tell it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import EventCreated
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps.step import PlainStep
from tests.apps.feed import Feed, feed_settings

Rowset = dict[str, dict[str, Any]]


@pytest.fixture
def driver(drive: Callable[..., Driver]) -> Driver:
    """A driver between a local Fiskil and the feed."""
    return drive(feed_settings(request_deadline_s=5), given=Feed())


def perform(driver: Driver, *given: steps.AnyStep) -> tuple[Any, str]:
    return driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))


class Look(PlainStep, frozen=True, tag="look"):
    """The API is asked for every transaction; *seen* gets the rows by fiskil_id."""

    seen: list[Rowset]

    def perform(self, stage: Any) -> None:
        """Ask."""
        fiskil = stage.fiskil
        pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
        with httpx.Client(base_url=fiskil.api_url, timeout=20, trust_env=False) as client:
            headers = {"authorization": "Bearer " + client.post("/v1/token", json=pair).json()["token"]}
            asked = {"end_user_id": stage.participant().end_user_id, "page[size]": "1000"}
            rows = client.get("/v1/banking/transactions", params=asked, headers=headers).json()["transactions"]
        self.seen.append({row["fiskil_id"]: row for row in rows})


def before_and_after(driver: Driver, *changes: steps.AnyStep) -> tuple[Rowset, Rowset]:
    """What the API answers after a first sync, and after changes and a second one, each of which is told."""
    seen: list[Rowset] = []
    look: Any = Look(seen)
    sync = steps.Sync("transactions")
    journal, crashed = perform(driver, steps.Authorise(), sync, look, *changes, sync, look)
    assert not crashed
    told = [event.kind for event in journal.all(EventCreated)]
    assert told.count("banking.transactions.sync.completed") == 2
    return seen[0], seen[1]


def ago(instant: str) -> int:
    """How many whole days ago an instant is."""
    return round((datetime.now(UTC) - datetime.fromisoformat(instant)) / timedelta(days=1))


def test_an_amended_row_keeps_its_id(driver: Driver) -> None:
    """Amount and description are others. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(what="amend", nth=2))

    (changed,) = [text for text in before if before[text]["amount"] != after[text]["amount"]]
    assert set(before) == set(after)
    assert after[changed]["description"].startswith("CORRECTED ")


def test_a_row_is_amended_to_the_amount_that_is_given(driver: Driver) -> None:
    """With every digit, whatever a float would make of it. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(what="amend", nth=2, amount="-90071992547409.93"))

    (changed,) = [text for text in before if before[text]["amount"] != after[text]["amount"]]
    assert after[changed]["amount"] == "-90071992547409.93"


@pytest.mark.parametrize(("what", "status"), [("remove", "POSTED"), ("vanish", "PENDING")])
def test_what_goes_is_served_no_more(driver: Driver, what: Any, status: str) -> None:
    """A posted row, or one that never was. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(what=what))

    (gone,) = set(before) - set(after)
    assert before[gone]["status"] == status
    assert set(after) <= set(before)


def test_a_posted_row_keeps_its_place_in_the_list(driver: Driver) -> None:
    """It is PENDING no more and has a posting time of today. Source: data.pending-posted"""
    before, after = before_and_after(driver, steps.Change(what="post"))

    (posted,) = [text for text in before if before[text]["status"] != after[text]["status"]]
    assert set(before) == set(after)
    assert (after[posted]["status"], ago(after[posted]["posting_date_time"])) == ("POSTED", 0)


def test_a_true_twin_differs_in_its_ids_alone(driver: Driver) -> None:
    """Two rows that no app may take for one; a second twin is a third row. Source: data.changes"""
    before, after = before_and_after(driver, *[steps.Change(what="repeat", nth=4)] * 2)

    new = [after[text] for text in set(after) - set(before)]
    assert len(new) == 2
    story = {name: value for name, value in new[0].items() if name not in {"fiskil_id", "transaction_id"}}
    assert len([row for row in after.values() if story.items() <= row.items()]) == 3


@pytest.mark.parametrize(("what", "days"), [("back_date", (0, 5, 5)), ("arrive_late", (5, 5, 5))])
def test_a_row_may_be_older_than_its_arrival(driver: Driver, what: Any, days: tuple[int, int, int]) -> None:
    """Posted today and made days ago, or posted days ago and never seen before. Source: data.changes"""
    before, after = before_and_after(driver, steps.Change(what=what, days=5))

    (new,) = set(after) - set(before)
    dates = [after[new][f"{one}_date_time"] for one in ("posting", "execution", "value")]
    assert tuple(map(ago, dates)) == days
    order = [row.get("posting_date_time") for row in after.values() if row["status"] == "POSTED"]
    assert order == sorted(order, reverse=True)


def test_account_and_merchant_choose_the_row(driver: Driver) -> None:
    """Only their rows count, from the newest on."""
    before, after = before_and_after(
        driver,
        steps.Change(what="remove", account="savings", nth=1),
        steps.Change(what="remove", merchant="Woolworths"),
    )

    kept = [row for row in before.values() if row["status"] == "POSTED"]
    savings = [row["fiskil_id"] for row in kept if row["description"] == "TRANSFER FROM EVERYDAY"]
    shopping = [row["fiskil_id"] for row in kept if row.get("merchant_name") == "Woolworths"]
    assert set(before) - set(after) == {savings[1], shopping[0]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            steps.Change(what="amend", account="saving"),
            "no account 'saving'. Did you mean 'savings'? Known: everyday, savings.",
        ),
        (steps.Change(what="amend", merchant="Woolworth"), "no merchant 'Woolworth'. Did you mean 'Woolworths'? Known: "),
        (
            steps.Change(what="vanish", account="savings"),
            "There is no row 0 to vanish: the institution has 0 PENDING rows on 'savings'.",
        ),
        (
            steps.Change(what="amend", merchant="Synergy", nth=7),
            "There is no row 7 to amend: the institution has 3 POSTED rows of Synergy.",
        ),
    ],
    ids=lambda value: getattr(value, "what", ""),
)
def test_a_row_that_is_not_there_is_told(driver: Driver, change: steps.Change, told: str) -> None:
    """With the nearest match, or with how many rows there are."""
    _, crashed = perform(driver, steps.Authorise(), change)

    assert told in crashed


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"what": "amned"}, "no kind 'amned'. Did you mean 'amend'? Known: amend, remove, post, repeat, back_date,"),
        ({"what": "post", "nth": -1}, "nth counts from 0, got -1"),
        ({"what": "back_date", "days": 0}, "days must be from 1 to 365, got 0"),
        ({"what": "arrive_late", "days": 366}, "days must be from 1 to 365, got 366"),
        ({"what": "amend", "amount": "-12.5"}, "only amend takes an amount, and one like -12.50, got '-12.5'"),
        ({"what": "repeat", "amount": "-12.50"}, "only amend takes an amount, and one like -12.50, got '-12.50'"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_runs(values: dict[str, Any], told: str) -> None:
    """The value is named, and what is allowed."""
    with pytest.raises(ConfigError, match=told.replace(".", r"\.").replace("?", r"\?")):
        steps.Change(**values).check()
