"""Payload faults: how a plain client handles bytes that are not JSON, and JSON that is hard to parse."""

import json

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, faults_in, reply_with

ROUTE = "banking.transactions"
ROW = {"fiskil_id": "bank_tx_1", "account_id": "30714402", "amount": "-155.00", "description": "ORIGIN"}
PAGE = reply_with({"transactions": [ROW], "links": {}})


def bitten_response(caller: Caller, fault: Fault, *, route: str = ROUTE) -> httpx.Response:
    """Return the response that a client gets when the fault bites."""
    with caller.fiskil.broken(route, fault):
        return caller.get(route)


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        (faults.BadJson(form="trailing_comma"), b'"links":{},}'),
        (faults.BadJson(form="single_quotes"), b"'links':{}}"),
        (faults.BadJson(form="two_values"), PAGE.body),
        (faults.DeepNesting(levels=10), b'"links":{},"nested":[[[[[[[[[[]]]]]]]]]]}'),
        (faults.EmptyList(), b'{"transactions":[],"links":{}}'),
        (faults.NotANumber(token="-Infinity"), b'"amount":-Infinity,"description":"ORIGIN"}],"links":{}}'),
        (faults.DuplicateKeys(truth="last"), b'"amount":"0.00","description":"ORIGIN","amount":"-155.00"}],"links":{}}'),
        (faults.DuplicateKeys(truth="first"), b'"amount":"-155.00","description":"ORIGIN","amount":"0.00"}],"links":{}}'),
        (faults.Latin1(), b'"description":"ORIGIN CAF\xc9"}],"links":{}}'),
        (faults.LoneSurrogate(), b'"description":"ORIGIN\\ud83d"}],"links":{}}'),
    ],
    ids=repr,
)
def test_a_body_ends_with_these_bytes(fault: Fault, body: bytes) -> None:
    """The body is exact to the byte, under a correct length."""
    changed = fault.change_response(PAGE, exchange_on())

    assert changed.body.endswith(body)
    assert changed.header(b"content-length") == b"%d" % len(changed.body)


@pytest.mark.parametrize(
    ("fault", "body"),
    [
        (faults.BadJson(form="comment"), b'/* generated */{"transactions"'),
        (faults.BadJson(form="bare_keys"), b"{transactions:"),
        (faults.ByteOrderMark(), b'\xef\xbb\xbf{"transactions"'),
        (faults.BigNumbers(target="ids"), b'{"transactions":[{"fiskil_id":"bank_tx_1","account_id":9007199316169797,'),
        (faults.HtmlInside(), b"<!DOCTYPE html>"),
    ],
    ids=repr,
)
def test_a_body_begins_with_these_bytes(fault: Fault, body: bytes) -> None:
    """The body is exact to the byte."""
    assert fault.change_response(PAGE, exchange_on()).body.startswith(body)


@pytest.mark.parametrize("kind", faults_in("payload"), ids=lambda kind: kind.__name__)
def test_a_response_without_a_body_is_spared(kind: type[Fault]) -> None:
    """The response stays the same, so that the fault waits for another."""
    nothing = faults.Reply(status=204, headers=(), body=b"")

    assert kind().change_response(nothing, exchange_on("end_users.create")) is nothing


@pytest.mark.parametrize(
    "fault",
    [
        faults.BadJson(),
        faults.NotANumber(),
        faults.DuplicateKeys(),
        faults.Latin1(),
        faults.DeepNesting(),
        faults.EmptyList(),
        faults.HugeBody(),
        faults.ErrorShape(),
    ],
    ids=repr,
)
def test_a_spoilt_body_is_spared(fault: Fault) -> None:
    """A body that another fault has cut cannot be edited."""
    cut = PAGE.with_body(PAGE.body[:20])

    assert fault.change_response(cut, exchange_on()) is cut


@pytest.mark.parametrize(
    "fault",
    [
        faults.BadJson(form="trailing_comma"),
        faults.BadJson(form="single_quotes"),
        faults.BadJson(form="comment"),
        faults.BadJson(form="two_values"),
        faults.BadJson(form="bare_keys"),
        faults.HtmlInside(),
    ],
    ids=repr,
)
def test_a_json_parser_refuses_the_body(caller: Caller, fault: Fault) -> None:
    """The status is a success, and the body cannot be parsed."""
    response = bitten_response(caller, fault)

    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_deep_nesting_exhausts_the_stack(caller: Caller) -> None:
    """A recursive parser fails, without a JSON error."""
    with pytest.raises(RecursionError):
        bitten_response(caller, faults.DeepNesting()).json()


def test_latin1_is_not_utf8(caller: Caller) -> None:
    """A client that reads UTF-8 fails at the accent."""
    with pytest.raises(UnicodeDecodeError):
        bitten_response(caller, faults.Latin1()).json()


def test_a_byte_order_mark_is_refused_in_text(caller: Caller) -> None:
    """A parser of text refuses it; a parser of bytes may ignore it."""
    response = bitten_response(caller, faults.ByteOrderMark())

    with pytest.raises(json.JSONDecodeError, match="BOM"):
        json.loads(response.content.decode())
    assert len(response.json()["transactions"]) == 25


def test_half_a_character_breaks_later(caller: Caller) -> None:
    """It is parsed without an error, and cannot be written."""
    row = bitten_response(caller, faults.LoneSurrogate()).json()["transactions"][0]

    with pytest.raises(UnicodeEncodeError):
        row["description"].encode()


def test_nan_is_parsed_as_a_number(caller: Caller) -> None:
    """A lenient parser makes it an amount that equals nothing, not even itself."""
    amount = bitten_response(caller, faults.NotANumber()).json()["transactions"][0]["amount"]

    assert amount != amount  # noqa: PLR0124 - what NaN is known by


def test_the_last_of_two_keys_is_used(caller: Caller) -> None:
    """A usual parser uses the last value, right or wrong."""
    genuine = caller.rows(ROUTE)[0]["amount"]

    last = bitten_response(caller, faults.DuplicateKeys(truth="last")).json()["transactions"][0]["amount"]
    first = bitten_response(caller, faults.DuplicateKeys(truth="first")).json()["transactions"][0]["amount"]

    assert (last, first) == (genuine, "0.00")


def test_a_float_rounds_big_numbers(caller: Caller) -> None:
    """A priority beyond 2**53 changes when it becomes a float."""
    priority = bitten_response(caller, faults.BigNumbers(), route="institutions.list").json()[0]["priority"]

    assert priority > 2**53
    assert int(float(priority)) != priority


@pytest.mark.parametrize(
    ("value", "announced"),
    [("text/plain", "text/plain"), ("", None), ("application/json; charset=utf-16", "application/json; charset=utf-16")],
)
def test_a_body_under_another_media_type(caller: Caller, value: str, announced: str | None) -> None:
    """The body stays as it was."""
    response = bitten_response(caller, faults.ContentType(value=value))

    assert response.headers.get("content-type") == announced
    assert len(json.loads(response.content)["transactions"]) == 25


def test_rows_are_not_available_yet(caller: Caller) -> None:
    """A sync event was delivered, and the first call returns no rows."""
    with caller.fiskil.broken(ROUTE, faults.EmptyList()):
        pages = [len(caller.rows(ROUTE)) for _ in range(2)]

    assert pages == [0, 25]


def test_a_huge_body_is_complete(caller: Caller) -> None:
    """One text has two megabytes, all of them announced."""
    response = bitten_response(caller, faults.HugeBody(size_kb=2_000))

    assert len(response.content) == int(response.headers["content-length"]) > 2_000_000
    assert len(response.json()["transactions"]) == 25


def test_errors_in_another_shape(caller: Caller) -> None:
    """The API's errors have a list of errors; successes are spared."""
    with caller.fiskil.broken(ROUTE, faults.ErrorShape()):
        served = caller.get(ROUTE)
        refused = caller.get(ROUTE, from_="", **{"page[size]": "none"})

    assert (served.status_code, refused.status_code) == (200, 400)
    assert refused.json()["errors"][0]["title"] == "InvalidRequest"


def test_a_fault_without_its_kind_of_value_waits(caller: Caller) -> None:
    """Institutions have no money, so none of their responses is bitten."""
    with pytest.raises(FaultUnbitten, match="1 response"):
        bitten_response(caller, faults.DuplicateKeys(), route="institutions.list")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.BadJson(form="comma"), "Did you mean 'comment'|Did you mean 'trailing_comma'"),  # type: ignore[arg-type]
        (faults.ContentType(value="application/json"), "is announced without this fault too"),
        (faults.ContentType(value="text/plain\r\nx: y"), "is not allowed in a header"),
        (faults.NotANumber(token="nan"), "token 'nan' is unknown. Did you mean 'NaN'?"),  # type: ignore[arg-type]
        (faults.BigNumbers(target="id"), "Did you mean 'ids'"),  # type: ignore[arg-type]
        (faults.DuplicateKeys(truth="middle"), "truth 'middle' is unknown"),  # type: ignore[arg-type]
        (faults.DeepNesting(levels=10**9), "levels"),
        (faults.HugeBody(size_kb=10**6), "size_kb must be a whole number, from 10 to 10000"),
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(fault: Fault, message: str) -> None:
    """Invalid arguments, such as bodies over ten megabytes, are refused before a socket is opened."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
