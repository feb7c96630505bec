"""Faults of data over time: what is old, short, partial, somebody else's, or known under new ids."""

import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, said, told

ROUTE = "banking.transactions"


def test_an_old_answer_comes_again(caller: Caller) -> None:
    """The balance that was read first is read on, whatever has happened since."""
    before = caller.rows("banking.balances")

    with caller.fiskil.broken("banking.balances", faults.StaleResponse()):
        first = caller.rows("banking.balances")
        caller.fiskil.sandbox.clock.advance(days=20)
        caller.renew()
        stale = caller.rows("banking.balances")
    fresh = caller.rows("banking.balances")

    assert before == first == stale != fresh


def test_what_has_not_changed_is_not_stale(caller: Caller) -> None:
    """The fault waits until there is news to withhold."""
    with pytest.raises(FaultUnbitten, match=r"[2-9] answers"), caller.fiskil.broken(ROUTE, faults.StaleResponse(), times=0):
        caller.walk()


def test_old_rows_are_gone() -> None:
    """What has a date is measured by the date of the answer, and what has none stays."""
    rows = [
        {"fiskil_id": "new", "posting_date_time": "2026-03-01T00:00:00Z"},
        {"fiskil_id": "old", "posting_date_time": "2026-01-01T00:00:00Z"},
        {"fiskil_id": "pending"},
    ]
    page = told({"transactions": rows}, date="Mon, 02 Mar 2026 00:00:00 GMT")

    assert said(faults.ShortHistory(days=30).change_response(page, asked_for())) == {"transactions": [rows[0], rows[2]]}


def test_a_history_is_short(caller: Caller) -> None:
    """Pages are there as before, and the later ones have nothing."""
    with caller.fiskil.broken(ROUTE, faults.ShortHistory(days=14), times=0):
        walked = caller.walk()

    assert walked[-1] == []
    assert 0 < sum(map(len, walked)) < len(caller.rosa.transaction_ids)


def test_ids_are_others_and_stay_so(caller: Caller) -> None:
    """No row has the id that it had, and each has the same new one twice; nothing else changes."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.UnstableIds(), times=0):
        first, second = caller.rows(ROUTE), caller.rows(ROUTE)

    assert first == second
    assert not {row["fiskil_id"] for row in first} & {row["fiskil_id"] for row in genuine}
    assert [row | {"fiskil_id": ""} for row in first] == [row | {"fiskil_id": ""} for row in genuine]


def test_one_account_is_missing(caller: Caller) -> None:
    """On every page alike."""
    genuine = {row["account_id"] for row in caller.rows(ROUTE, **{"page[size]": "1000"})}

    with caller.fiskil.broken(ROUTE, faults.PartialRows(), times=0):
        first = {row["account_id"] for row in caller.rows(ROUTE)}
        whole = {row["account_id"] for row in caller.rows(ROUTE, **{"page[size]": "1000"})}

    assert len(whole) == len(genuine) - 1
    assert first <= whole < genuine


def test_a_row_is_somebody_else_s(caller: Caller) -> None:
    """One row more than there is, of a consent that nobody gave."""
    genuine = caller.rows(ROUTE)

    with caller.fiskil.broken(ROUTE, faults.ForeignRows()):
        mixed = caller.rows(ROUTE)

    assert mixed[:-1] == genuine
    own = {row["arrangement_id"] for row in genuine} | {row["account_id"] for row in genuine}
    assert not {mixed[-1]["arrangement_id"], mixed[-1]["account_id"]} & own


def test_a_day_ends_elsewhere(caller: Caller) -> None:
    """Every row was posted on the evening of its day in UTC."""
    with caller.fiskil.broken(ROUTE, faults.DayEdge()):
        moments = [row["posting_date_time"] for row in caller.rows(ROUTE) if row["status"] == "POSTED"]

    assert {moment[10:] for moment in moments} == {"T23:30:00Z"}


@pytest.mark.parametrize("kind", faults.rows.FAULTS, ids=lambda kind: kind.__name__)
def test_what_has_no_rows_is_spared(kind: type[PlainFault]) -> None:
    """An empty list, and an answer that is no list."""
    empty, single = told({"transactions": [], "links": {}}), told({"product": {"name": "Saver"}})

    assert kind().change_response(empty, asked_for()) is empty
    assert kind().change_response(single, asked_for()) is single


@pytest.mark.parametrize("days", [0, 10_000])
def test_histories_that_nobody_has_are_refused(days: int) -> None:
    """None at all, and more than seven years."""
    with pytest.raises(ConfigError, match="days must be a whole number, from 1 to 2557"):
        faults.ShortHistory(days=days).check()
