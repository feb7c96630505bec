"""Faults of single fields, as our documents tell them apart: what is optional, an enum, money, a moment."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, rows_in, said, told

ROUTE = "banking.transactions"
ROW = {
    "fiskil_id": "bank_tx_1",
    "amount": "-155.10",
    "status": "POSTED",
    "posting_date_time": "2026-03-01T15:20:00Z",
    "merchant_name": "Origin",
    "category": {"primary_category": "RENT", "confidence_level": "HIGH"},
}


def met(caller: Caller, fault: PlainFault, *, route: str = ROUTE) -> httpx.Response:
    """The answer that a client gets where the fault bites."""
    with caller.fiskil.broken(route, fault):
        return caller.get(route)


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        (faults.ExtraField(field="mood"), ROW | {"mood": {"since": "2026-01-01", "flags": [True]}}),
        (faults.UnknownEnum(field="status"), ROW | {"status": "INTRODUCED_LATELY"}),
        (
            faults.UnknownEnum(field="confidence_level", word="NONE"),
            ROW | {"category": {"primary_category": "RENT", "confidence_level": "NONE"}},
        ),
        (faults.MissingOptional(), {name: ROW[name] for name in ("fiskil_id", "amount", "status")}),
        (faults.NullForOptional(field="merchant_name"), ROW | {"merchant_name": None}),
        (faults.MoneyForm(), ROW | {"amount": -155.1}),
        (faults.DateForm(form="offset"), ROW | {"posting_date_time": "2026-03-02T01:20:00+10:00"}),
        (faults.DateForm(form="fraction"), ROW | {"posting_date_time": "2026-03-01T15:20:00.000Z"}),
        (faults.DateForm(form="date_only"), ROW | {"posting_date_time": "2026-03-01"}),
        (faults.DateForm(form="no_zone"), ROW | {"posting_date_time": "2026-03-01T15:20:00"}),
        (faults.DateForm(form="epoch"), ROW | {"posting_date_time": 1772378400}),
    ],
    ids=repr,
)
def test_a_row_becomes(fault: PlainFault, row: dict[str, Any]) -> None:
    """One field of it is spoilt, and no other."""
    spoilt = fault.change_response(told({"transactions": [ROW], "links": {"next": "http://127.0.0.1:1/"}}), asked_for())

    assert said(spoilt) == {"transactions": [row], "links": {"next": "http://127.0.0.1:1/"}}


def test_what_is_in_the_form_already_is_spared() -> None:
    """The very same answer, however its JSON is written."""
    page = told({}).with_body(b'{ "transactions": [ {"posting_date_time": "2026-03-01T15:20:00.000Z"} ] }')

    assert faults.DateForm(form="fraction").change_response(page, asked_for()) is page


def test_names_in_camel_case(caller: Caller) -> None:
    """Every row has its ids under other names."""
    row = rows_in(met(caller, faults.CamelCase()))[0]

    assert {"fiskilId", "accountId", "isDetailAvailable"} < set(row)
    assert "fiskil_id" not in row


def test_lists_of_the_version_before(caller: Caller) -> None:
    """Who asked for v3 finds v2's bare list, announced as v3."""
    answer = met(caller, faults.OldShape(version="v2"), route="end_users.list")

    assert answer.headers["x-fiskil-version"] == "v3"
    assert [value["id"] for value in answer.json()] == [caller.rosa.end_user_id]


def test_accounts_of_the_first_version(caller: Caller) -> None:
    """Whether a feature is on was a boolean once."""
    features = [
        value for row in rows_in(met(caller, faults.OldShape(), route="banking.accounts")) for value in row["features"]
    ]

    assert {type(feature["is_activated"]) for feature in features} == {bool}


def test_who_asks_for_the_old_version_is_spared(caller: Caller) -> None:
    """It is what they wanted."""
    caller.http.headers["x-fiskil-version"] = "v1"

    with pytest.raises(FaultUnbitten, match="1 answer"):
        met(caller, faults.OldShape(), route="banking.accounts")


def test_every_row_goes_without_what_it_may(caller: Caller) -> None:
    """What is left is what the documents require."""
    row = rows_in(met(caller, faults.MissingOptional()))[0]

    required = {"fiskil_id", "arrangement_id", "institution_id", "account_id", "amount", "currency", "description"}
    assert set(row) == required | {"status", "type", "is_detail_available"}


def test_nulls_come_where_nothing_would(caller: Caller) -> None:
    """No required field is null."""
    row = rows_in(met(caller, faults.NullForOptional()))[-1]

    assert row["merchant_name"] is None
    assert row["amount"] is not None


def test_words_that_nobody_knows(caller: Caller) -> None:
    """Status and type alike."""
    rows = rows_in(met(caller, faults.UnknownEnum()))

    assert {(row["status"], row["type"]) for row in rows} == {("INTRODUCED_LATELY", "INTRODUCED_LATELY")}


def test_money_as_numbers(caller: Caller) -> None:
    """The same amounts, as floats."""
    genuine = [row["amount"] for row in caller.rows(ROUTE)]

    amounts = [row["amount"] for row in rows_in(met(caller, faults.MoneyForm()))]

    assert amounts == [float(amount) for amount in genuine]


def test_numbers_as_text(caller: Caller) -> None:
    """A priority is a word."""
    row = met(caller, faults.MoneyForm(form="text"), route="institutions.list").json()[0]

    assert row["priority"] == "1"


def test_an_offset_is_the_same_moment(caller: Caller) -> None:
    """On the east coast it is often another day."""
    genuine = _moments(caller.get(ROUTE))

    shifted = _moments(met(caller, faults.DateForm()))

    assert [datetime.fromisoformat(text) for text in shifted] == [datetime.fromisoformat(text) for text in genuine]
    assert all(text.endswith("+10:00") for text in shifted)


def test_a_field_that_no_answer_has_is_waited_for(caller: Caller) -> None:
    """The fault says how many answers it saw."""
    with pytest.raises(FaultUnbitten, match="1 answer"):
        met(caller, faults.NullForOptional(field="nickname"))


@pytest.mark.parametrize("kind", faults.fields.FAULTS, ids=lambda kind: kind.__name__)
def test_an_answer_that_no_document_describes_has_no_such_fields(kind: type[PlainFault]) -> None:
    """What is no JSON is left as it is."""
    page = told({"transactions": [ROW]}).with_body(b"<html>")

    assert kind().change_response(page, asked_for()) is page


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.ExtraField(field=""), "has a name"),
        (faults.UnknownEnum(word=""), "has letters"),
        (faults.MoneyForm(form="cents"), "no form 'cents'"),  # type: ignore[arg-type]
        (faults.DateForm(form="date"), "Did you mean 'date_only'"),  # type: ignore[arg-type]
        (faults.OldShape(version="v3"), "no version 'v3'"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_forms_that_there_are_not_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens, with the nearest word."""
    with pytest.raises(ConfigError, match=words):
        fault.check()


def _moments(answer: httpx.Response) -> list[str]:
    return [row["posting_date_time"] for row in rows_in(answer) if "posting_date_time" in row]
