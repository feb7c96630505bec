"""Two faults on one answer: whatever the first makes of it, the second finds its way in it or spares it."""

from typing import Any

import pytest

from fiskil_harness import faults
from fiskil_harness.faults import PlainFault, Reply
from tests.faults.caller import asked_for, said, told

FAMILIES = (
    faults.status,
    faults.rates,
    faults.outage,
    faults.payload,
    faults.fields,
    faults.paging,
    faults.rows,
    faults.auth,
    faults.clock,
)
KINDS = tuple(kind for family in FAMILIES for kind in family.FAULTS)
FORMS: dict[type[PlainFault], tuple[dict[str, Any], ...]] = {
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


def answers() -> list[Reply]:
    """A page, an error, nothing, and bodies that no document describes."""
    page = told({"transactions": [ROW], "links": {"next": "http://127.0.0.1:1/?a=b"}}, date="Mon, 02 Mar 2026 00:00:00 GMT")
    refused = told({"id": "err_1", "name": "InvalidRequest", "message": "no"}, status=400)
    return [page, refused, Reply(status=204, headers=(), body=b""), *map(told, ODD)]


def spoilt(fault: PlainFault, reply: Reply) -> Reply:
    """What a fault makes of an answer."""
    asked = asked_for(query=b"end_user_id=eu_1&page%5Bafter%5D=x")
    return fault.change_response(fault.response_instead(asked) or reply, asked)


def each_form(kind: type[PlainFault]) -> list[PlainFault]:
    """The fault in every form that leaves something else to the next."""
    return [kind(**given) for given in FORMS.get(kind, ({},))]


def after_each_other(first: PlainFault) -> int:
    """Let every fault follow *first* on every answer; how many meetings there were."""
    before = [spoilt(first, reply) for reply in answers()]
    after = [spoilt(second, reply) for kind in KINDS for second in each_form(kind) for reply in before]
    return len([reply for reply in after if isinstance(reply, Reply)])


@pytest.mark.parametrize("first", [fault for kind in KINDS for fault in each_form(kind)], ids=repr)
def test_no_fault_stumbles_over_another(first: PlainFault) -> None:
    """Each answers with an answer."""
    assert after_each_other(first) >= len(KINDS) * len(answers())


def test_two_edits_are_both_there() -> None:
    """From left to right."""
    page = answers()[0]

    both = spoilt(faults.ExtraField(field="mood"), spoilt(faults.MoneyForm(), page))

    (row,) = said(both)["transactions"]
    assert (row["amount"], set(row["mood"])) == (-155.1, {"since", "flags"})


def test_half_a_character_survives_another_edit() -> None:
    """It stays the escape that it was."""
    half = spoilt(faults.LoneSurrogate(), answers()[0])

    assert b'"description":"ORIGIN\\ud83d"' in spoilt(faults.ExtraField(), half).body
