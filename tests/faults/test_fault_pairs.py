"""Two faults on one response: whatever the first makes of it, the second changes it or spares it."""

from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.faults import Fault, Reply
from tests.faults.caller import exchange_on, faults_in, json_of, reply_with

KINDS = faults_in("status", "rates", "payload", "fields", "paging", "rows", "auth", "clock")
FORMS: dict[type[Fault], tuple[dict[str, Any], ...]] = {
    faults.DateForm: tuple({"form": form} for form in ("offset", "date_only", "no_zone", "epoch")),
    faults.MoneyForm: ({"form": "number"}, {"form": "text"}),
    faults.BigNumbers: ({}, {"target": "ids"}),
    faults.HugeBody: ({"size_kb": 10},),
    faults.DeepNesting: ({"levels": 50}, {}),
}
ROW = {
    "fiskil_id": "bank_tx_1",
    "transaction_id": "17",
    "account_id": "30714402",
    "arrangement_id": "5b0d7c1e",
    "amount": "-155.10",
    "description": "ORIGIN",
    "status": "POSTED",
    "posting_date_time": "2026-03-01T15:20:00Z",
    "extended_data": {"npp_payload": {"service": "x2p1.01", "extended_description": "rent"}},
}
ODD = [None, 1, "x", [], {}, [1, None], {"transactions": None}, {"transactions": [None, 1, {}], "links": None}]


def responses() -> list[Reply]:
    """Return a page, an error, nothing, and bodies that no document describes."""
    page = reply_with(
        {"transactions": [ROW], "links": {"next": "http://127.0.0.1:1/?a=b"}}, date="Mon, 02 Mar 2026 00:00:00 GMT"
    )
    refused = reply_with({"id": "err_1", "name": "InvalidRequest", "message": "no"}, status=400)
    return [page, refused, Reply(status=204, headers=(), body=b""), *map(reply_with, ODD)]


def spoil(fault: Fault, reply: Reply) -> Reply:
    """Return a response after a fault."""
    exchange = exchange_on(query=b"end_user_id=eu_1&page%5Bafter%5D=x")
    return fault.change_response(fault.response_instead(exchange) or reply, exchange)


def forms_of(kind: type[Fault]) -> list[Fault]:
    """Yield the fault in every form that leaves a different response to the next."""
    return [kind(**arguments) for arguments in FORMS.get(kind, ({},))]


def apply_after(first: Fault) -> int:
    """Apply every fault after *first* to every response, and return the number of combinations."""
    after_first = [spoil(first, reply) for reply in responses()]
    after_both = [spoil(second, reply) for kind in KINDS for second in forms_of(kind) for reply in after_first]
    return len([reply for reply in after_both if isinstance(reply, Reply)])


@pytest.mark.parametrize("first", [fault for kind in KINDS for fault in forms_of(kind)], ids=repr)
def test_no_fault_fails_after_another(first: Fault) -> None:
    """Each fault returns a response."""
    assert apply_after(first) >= len(KINDS) * len(responses())


def test_two_edits_are_both_there() -> None:
    """Both edits are applied, from left to right."""
    page = responses()[0]

    both = spoil(faults.ExtraField(field="mood"), spoil(faults.MoneyForm(), page))

    (row,) = json_of(both)["transactions"]
    assert (row["amount"], set(row["mood"])) == (-155.1, {"since", "flags"})


def test_half_a_character_survives_another_edit() -> None:
    """Half a character stays the escape that it was."""
    half = spoil(faults.LoneSurrogate(), responses()[0])

    assert b'"description":"ORIGIN\\ud83d"' in spoil(faults.ExtraField(), half).body
