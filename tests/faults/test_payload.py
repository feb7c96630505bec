"""Faults of the payload: what a plain client makes of bytes that are no JSON, and of JSON that is hard to read."""

import json

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, told

ROUTE = "banking.transactions"
ROW = {"fiskil_id": "bank_tx_1", "account_id": "30714402", "amount": "-155.00", "description": "ORIGIN"}
PAGE = told({"transactions": [ROW], "links": {}})


def met(caller: Caller, fault: PlainFault, *, route: str = ROUTE) -> httpx.Response:
    """The answer that a client gets where the fault bites."""
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
def test_bodies_end_so(fault: PlainFault, body: bytes) -> None:
    """To the byte, under a length that is right."""
    spoilt = fault.change_response(PAGE, asked_for())

    assert spoilt.body.endswith(body)
    assert spoilt.header(b"content-length") == b"%d" % len(spoilt.body)


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
def test_bodies_begin_so(fault: PlainFault, body: bytes) -> None:
    """To the byte."""
    assert fault.change_response(PAGE, asked_for()).body.startswith(body)


@pytest.mark.parametrize("kind", faults.payload.FAULTS, ids=lambda kind: kind.__name__)
def test_what_has_no_body_is_spared(kind: type[PlainFault]) -> None:
    """The very same answer, so that the fault waits for another."""
    nothing = faults.Reply(status=204, headers=(), body=b"")

    assert kind().change_response(nothing, asked_for("end_users.create")) is nothing


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
def test_what_is_spoilt_already_is_spared(fault: PlainFault) -> None:
    """A body that another fault has cut gives nothing to edit."""
    cut = PAGE.with_body(PAGE.body[:20])

    assert fault.change_response(cut, asked_for()) is cut


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
def test_a_parser_refuses_it(caller: Caller, fault: PlainFault) -> None:
    """A good status, and nothing that can be read."""
    answer = met(caller, fault)

    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_deep_nesting_exhausts_the_stack(caller: Caller) -> None:
    """A parser that recurses gives up, with no error of JSON's."""
    with pytest.raises(RecursionError):
        met(caller, faults.DeepNesting()).json()


def test_latin1_is_no_text(caller: Caller) -> None:
    """A client that reads UTF-8 stops at the accent."""
    with pytest.raises(UnicodeDecodeError):
        met(caller, faults.Latin1()).json()


def test_a_byte_order_mark_is_felt(caller: Caller) -> None:
    """A parser that is given the text refuses it, one that is given the bytes may look past it."""
    answer = met(caller, faults.ByteOrderMark())

    with pytest.raises(json.JSONDecodeError, match="BOM"):
        json.loads(answer.content.decode())
    assert len(answer.json()["transactions"]) == 25


def test_half_a_character_breaks_later(caller: Caller) -> None:
    """It is read without an error, and cannot be written."""
    row = met(caller, faults.LoneSurrogate()).json()["transactions"][0]

    with pytest.raises(UnicodeEncodeError):
        row["description"].encode()


def test_no_number_is_read_all_the_same(caller: Caller) -> None:
    """A lenient parser makes an amount of it that equals nothing, itself included."""
    amount = met(caller, faults.NotANumber()).json()["transactions"][0]["amount"]

    assert amount != amount  # noqa: PLR0124 - what NaN is known by


def test_the_last_of_two_wins(caller: Caller) -> None:
    """A usual parser takes the last value, be it the true one or not."""
    genuine = caller.rows(ROUTE)[0]["amount"]

    last = met(caller, faults.DuplicateKeys(truth="last")).json()["transactions"][0]["amount"]
    first = met(caller, faults.DuplicateKeys(truth="first")).json()["transactions"][0]["amount"]

    assert (last, first) == (genuine, "0.00")


def test_a_float_cannot_hold_it(caller: Caller) -> None:
    """A priority beyond 2**53 is no longer itself once it was a float."""
    priority = met(caller, faults.BigNumbers(), route="institutions.list").json()[0]["priority"]

    assert priority > 2**53
    assert int(float(priority)) != priority


@pytest.mark.parametrize(
    ("value", "announced"),
    [("text/plain", "text/plain"), ("", None), ("application/json; charset=utf-16", "application/json; charset=utf-16")],
)
def test_a_body_under_another_name(caller: Caller, value: str, announced: str | None) -> None:
    """The body is what it was."""
    answer = met(caller, faults.ContentType(value=value))

    assert answer.headers.get("content-type") == announced
    assert len(json.loads(answer.content)["transactions"]) == 25


def test_rows_that_are_not_there_yet(caller: Caller) -> None:
    """A sync was told, and the first call finds nothing."""
    with caller.fiskil.broken(ROUTE, faults.EmptyList()):
        pages = [len(caller.rows(ROUTE)) for _ in range(2)]

    assert pages == [0, 25]


def test_a_huge_body_comes_whole(caller: Caller) -> None:
    """Two megabytes in one text, all of them as announced."""
    answer = met(caller, faults.HugeBody(size_kb=2_000))

    assert len(answer.content) == int(answer.headers["content-length"]) > 2_000_000
    assert len(answer.json()["transactions"]) == 25


def test_errors_in_another_shape(caller: Caller) -> None:
    """What the API refuses has a list of errors; what it does not refuse is spared."""
    with caller.fiskil.broken(ROUTE, faults.ErrorShape()):
        served = caller.get(ROUTE)
        refused = caller.get(ROUTE, from_="", **{"page[size]": "none"})

    assert (served.status_code, refused.status_code) == (200, 400)
    assert refused.json()["errors"][0]["title"] == "InvalidRequest"


def test_a_fault_without_its_kind_of_value_waits(caller: Caller) -> None:
    """Institutions have no money, so no answer of theirs is a bite."""
    with pytest.raises(FaultUnbitten, match="1 answer"):
        met(caller, faults.DuplicateKeys(), route="institutions.list")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.BadJson(form="comma"), "Did you mean 'comment'|Did you mean 'trailing_comma'"),  # type: ignore[arg-type]
        (faults.ContentType(value="application/json"), "is announced without this fault too"),
        (faults.ContentType(value="text/plain\r\nx: y"), "is not allowed in a header"),
        (faults.NotANumber(token="nan"), "no token 'nan'. Did you mean 'NaN'?"),  # type: ignore[arg-type]
        (faults.BigNumbers(target="id"), "Did you mean 'ids'"),  # type: ignore[arg-type]
        (faults.DuplicateKeys(truth="middle"), "no truth 'middle'"),  # type: ignore[arg-type]
        (faults.DeepNesting(levels=10**9), "levels"),
        (faults.HugeBody(size_kb=10**6), "size_kb must be a whole number, from 10 to 10000"),
    ],
    ids=repr,
)
def test_payloads_that_cannot_be_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens, and nothing is larger than ten megabytes."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
