"""Faults of data over time: rows that are outdated, missing, of another end user, or under new ids."""

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, faults_in, json_of, reply_with

ROUTE = "banking.transactions"


def test_an_old_response_is_repeated(caller: Caller) -> None:
    """The balance that was read first is served again, whatever has happened since."""
    before = caller.rows("banking.balances")

    with caller.fiskil.broken("banking.balances", faults.StaleResponse()):
        first = caller.rows("banking.balances")
        caller.fiskil.sandbox.clock.advance(days=20)
        caller.renew()
        stale = caller.rows("banking.balances")
    fresh = caller.rows("banking.balances")

    assert before == first == stale != fresh


def test_unchanged_data_is_not_stale(caller: Caller) -> None:
    """The fault waits until the data has changed."""
    with (
        pytest.raises(FaultUnbitten, match=r"[2-9] responses"),
        caller.fiskil.broken(ROUTE, faults.StaleResponse(), times=0),
    ):
        caller.walk()


def test_old_rows_are_gone() -> None:
    """Rows with a date are compared with the date of the response; rows without one stay."""
    rows = [
        {"fiskil_id": "new", "posting_date_time": "2026-03-01T00:00:00Z"},
        {"fiskil_id": "old", "posting_date_time": "2026-01-01T00:00:00Z"},
        {"fiskil_id": "pending"},
    ]
    page = reply_with({"transactions": rows}, date="Mon, 02 Mar 2026 00:00:00 GMT")

    assert json_of(faults.ShortHistory(days=30).change_response(page, exchange_on())) == {"transactions": [rows[0], rows[2]]}


def test_a_history_is_short(caller: Caller) -> None:
    """The number of pages stays, and the later ones are empty."""
    with caller.fiskil.broken(ROUTE, faults.ShortHistory(days=14), times=0):
        walked = caller.walk()

    assert walked[-1] == []
    assert 0 < sum(map(len, walked)) < len(caller.rosa.transaction_ids)


def test_ids_are_different_and_stable(caller: Caller) -> None:
    """No row has its old id, each has the same new one twice, and nothing else changes."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.UnstableIds(), times=0):
        first, second = caller.rows(ROUTE), caller.rows(ROUTE)

    assert first == second
    assert not {row["fiskil_id"] for row in first} & {row["fiskil_id"] for row in genuine}
    assert [row | {"fiskil_id": ""} for row in first] == [row | {"fiskil_id": ""} for row in genuine]


def test_one_account_is_missing(caller: Caller) -> None:
    """The account is missing on every page."""
    genuine = {row["account_id"] for row in caller.rows(ROUTE, **{"page[size]": "1000"})}

    with caller.fiskil.broken(ROUTE, faults.PartialRows(), times=0):
        first = {row["account_id"] for row in caller.rows(ROUTE)}
        remaining = {row["account_id"] for row in caller.rows(ROUTE, **{"page[size]": "1000"})}

    assert len(remaining) == len(genuine) - 1
    assert first <= remaining < genuine


def test_a_row_belongs_to_another_consent(caller: Caller) -> None:
    """There is one more row, of a consent that the end user never gave."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.ForeignRows()):
        mixed = caller.rows(ROUTE)

    assert mixed[:-1] == genuine
    own = {row["arrangement_id"] for row in genuine} | {row["account_id"] for row in genuine}
    assert not {mixed[-1]["arrangement_id"], mixed[-1]["account_id"]} & own


def test_rows_are_posted_in_the_evening(caller: Caller) -> None:
    """Every row was posted on the evening of its day in UTC."""
    with caller.fiskil.broken(ROUTE, faults.DayEdge()):
        moments = [row["posting_date_time"] for row in caller.rows(ROUTE) if row["status"] == "POSTED"]

    assert {moment[10:] for moment in moments} == {"T23:30:00Z"}


@pytest.mark.parametrize("kind", faults_in("rows"), ids=lambda kind: kind.__name__)
def test_a_response_without_rows_is_spared(kind: type[Fault]) -> None:
    """An empty list and a response that is not a list are spared."""
    empty, single = reply_with({"transactions": [], "links": {}}), reply_with({"product": {"name": "Saver"}})

    assert kind().change_response(empty, exchange_on()) is empty
    assert kind().change_response(single, exchange_on()) is single


@pytest.mark.parametrize("days", [0, 10_000])
def test_impossible_histories_are_refused(days: int) -> None:
    """No history and more than seven years are refused."""
    with pytest.raises(ConfigError, match="days must be a whole number, from 1 to 2557"):
        faults.ShortHistory(days=days).check()
