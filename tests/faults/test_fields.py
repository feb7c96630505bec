"""Faults of single fields, selected by the OpenAPI documents: optional fields, enums, money, moments."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, faults_in, json_of, reply_with, rows_in

ROUTE = "banking.transactions"
ROW = {
    "fiskil_id": "bank_tx_1",
    "amount": "-155.10",
    "status": "POSTED",
    "posting_date_time": "2026-03-01T15:20:00Z",
    "merchant_name": "Origin",
    "category": {"primary_category": "RENT", "confidence_level": "HIGH"},
}


def bitten_response(caller: Caller, fault: Fault, *, route: str = ROUTE) -> httpx.Response:
    """Return the response that a client gets when the fault bites."""
    with caller.fiskil.broken(route, fault):
        return caller.get(route)


@pytest.mark.parametrize(
    ("fault", "row"),
    [
        (faults.ExtraField(field="mood"), ROW | {"mood": {"since": "2026-01-01", "flags": [True]}}),
        (
            faults.ExtraField(field="mood", size_bytes=3),
            ROW | {"mood": {"since": "2026-01-01", "flags": [True], "note": "xxx"}},
        ),
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
def test_a_fault_changes_one_field(fault: Fault, row: dict[str, Any]) -> None:
    """One field of the row is changed, and no other."""
    changed = fault.change_response(
        reply_with({"transactions": [ROW], "links": {"next": "http://127.0.0.1:1/"}}), exchange_on()
    )

    assert json_of(changed) == {"transactions": [row], "links": {"next": "http://127.0.0.1:1/"}}


def test_a_value_in_the_target_form_is_spared() -> None:
    """The response stays the same, whatever the format of its JSON."""
    page = reply_with({}).with_body(b'{ "transactions": [ {"posting_date_time": "2026-03-01T15:20:00.000Z"} ] }')

    assert faults.DateForm(form="fraction").change_response(page, exchange_on()) is page


def test_names_in_camel_case(caller: Caller) -> None:
    """Every row has its ids under other names."""
    row = rows_in(bitten_response(caller, faults.CamelCase()))[0]

    assert {"fiskilId", "accountId", "isDetailAvailable"} < set(row)
    assert "fiskil_id" not in row


def test_lists_of_an_older_version(caller: Caller) -> None:
    """A request for v3 gets v2's bare list, announced as v3."""
    response = bitten_response(caller, faults.OldShape(version="v2"), route="end_users.list")

    assert response.headers["x-fiskil-version"] == "v3"
    assert [value["id"] for value in response.json()] == [caller.rosa.end_user_id]


def test_accounts_of_the_first_version(caller: Caller) -> None:
    """A feature's state was a boolean in v1."""
    features = [
        value
        for row in rows_in(bitten_response(caller, faults.OldShape(), route="banking.accounts"))
        for value in row["features"]
    ]

    assert {type(feature["is_activated"]) for feature in features} == {bool}


def test_a_request_for_the_old_version_is_spared(caller: Caller) -> None:
    """A request for the old version gets the usual response."""
    caller.http.headers["x-fiskil-version"] = "v1"

    with pytest.raises(FaultUnbitten, match="1 response"):
        bitten_response(caller, faults.OldShape(), route="banking.accounts")


def test_every_optional_field_is_missing(caller: Caller) -> None:
    """The rows have only required fields."""
    row = rows_in(bitten_response(caller, faults.MissingOptional()))[0]

    required = {"fiskil_id", "arrangement_id", "institution_id", "account_id", "amount", "currency", "description"}
    assert set(row) == required | {"status", "type", "is_detail_available"}


def test_optional_fields_are_null(caller: Caller) -> None:
    """No required field is null."""
    row = rows_in(bitten_response(caller, faults.NullForOptional()))[-1]

    assert row["merchant_name"] is None
    assert row["amount"] is not None


def test_enumerated_fields_have_unknown_values(caller: Caller) -> None:
    """Status and type have unknown values."""
    rows = rows_in(bitten_response(caller, faults.UnknownEnum()))

    assert {(row["status"], row["type"]) for row in rows} == {("INTRODUCED_LATELY", "INTRODUCED_LATELY")}


def test_money_as_numbers(caller: Caller) -> None:
    """The same amounts are floats."""
    genuine = [row["amount"] for row in caller.rows(ROUTE)]

    amounts = [row["amount"] for row in rows_in(bitten_response(caller, faults.MoneyForm()))]

    assert amounts == [float(amount) for amount in genuine]


def test_numbers_as_text(caller: Caller) -> None:
    """A priority is a text."""
    row = bitten_response(caller, faults.MoneyForm(form="text"), route="institutions.list").json()[0]

    assert row["priority"] == "1"


def test_an_offset_is_the_same_moment(caller: Caller) -> None:
    """On the east coast it is often another day."""
    genuine = _moments(caller.get(ROUTE))

    shifted = _moments(bitten_response(caller, faults.DateForm()))

    assert [datetime.fromisoformat(text) for text in shifted] == [datetime.fromisoformat(text) for text in genuine]
    assert all(text.endswith("+10:00") for text in shifted)


def test_a_missing_field_is_waited_for(caller: Caller) -> None:
    """The error states how many responses the fault spared."""
    with pytest.raises(FaultUnbitten, match="1 response"):
        bitten_response(caller, faults.NullForOptional(field="nickname"))


@pytest.mark.parametrize("kind", faults_in("fields"), ids=lambda kind: kind.__name__)
def test_an_undocumented_response_is_spared(kind: type[Fault]) -> None:
    """A response that is not JSON stays unchanged."""
    page = reply_with({"transactions": [ROW]}).with_body(b"<html>")

    assert kind().change_response(page, exchange_on()) is page


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.ExtraField(field=""), "field must not be empty"),
        (faults.ExtraField(size_bytes=-1), "size_bytes must be a whole number, from 0 to 100000, got -1"),
        (faults.UnknownEnum(word=""), "word must not be empty"),
        (faults.MoneyForm(form="cents"), "form 'cents' is unknown"),  # type: ignore[arg-type]
        (faults.DateForm(form="date"), "Did you mean 'date_only'"),  # type: ignore[arg-type]
        (faults.OldShape(version="v3"), "version 'v3' is unknown"),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_unknown_forms_are_refused(fault: Fault, message: str) -> None:
    """Unknown forms are refused before a socket is opened, with the nearest word."""
    with pytest.raises(ConfigError, match=message):
        fault.check()


def _moments(response: httpx.Response) -> list[str]:
    return [row["posting_date_time"] for row in rows_in(response) if "posting_date_time" in row]
