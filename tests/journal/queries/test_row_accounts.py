"""Rows under another account are found in flat and in nested states, and under names of the app's own."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.row_accounts import misplaced_rows

ACCOUNTS = [
    {
        "account_id": account,
        "fiskil_id": f"bank_{account}",
        "display_name": f"Account {account}",
        "masked_number": f"xx{end}",
    }
    for account, end in (("one", "1111"), ("two", "2222"), ("three", "3333"))
]
ROWS = {
    row: [{"fiskil_id": row, "account_id": account}]
    for row, account in (("r1", "one"), ("r2", "two"), ("r3", "one"), ("r4", "one"), ("r5", "two"))
}
FLAT = [{"id": row, "account": 7} for row in ROWS]
"""Rows with the app's own id of the account."""


def pot(account: str, *rows: str, **fields: Any) -> dict[str, Any]:
    """An account with its entries."""
    return {"ref": f"bank_{account}", "title": f"Account {account}", "entries": [{"id": row} for row in rows], **fields}


def own_pots() -> list[dict[str, Any]]:
    """Each account with its own entries."""
    return [pot("one", "r1", "r3", "r4"), pot("two", "r2", "r5")]


def flat(name: str, **accounts: str) -> dict[str, Any]:
    """A state with a list of rows, each of which names an account."""
    listed = [{"id": account, "title": f"Account {account}"} for account in ("one", "two")]
    return {"accounts": listed, "rows": [{"id": row, name: of} for row, of in accounts.items()]}


@pytest.mark.parametrize(
    "state",
    [
        {"banks": [{"pots": own_pots()}]},
        flat("account_id", r1="one", r2="two", r3="bank_one", r4="one"),
        flat("account_id", r1="of mine", r2="of mine", r3="of mine", r4="of mine"),
        flat("other_side", r1="two", r2="one", r3="two", r4="two"),
        {
            **flat("x"),
            "rows": [{"id": "r1", "of": "Account one", "account": "two"}, {"id": "r2", "of": "xx2222", "account": "one"}],
        },
        {**flat("x"), "rows": [{"id": "r1", "account": "two", "source": {"account_id": "one"}}]},
        {**flat("x"), "rows": {"Account one": [{"id": "r1", "account": "two"}]}},
        {**flat("x"), "rows": [{"out": "r1", "in": "r2", "account": "one"}, {"out": "r3", "in": "r5", "account": "one"}]},
        {"first": "one", "rows": FLAT},
        {"pots": [{**pot("one"), "rows": [{"id": "r1", "pair": {"id": "r2"}}]}, pot("two")]},
        {"pots": [pot("two", "r1"), pot("one")], "rows": [{"id": "r1", "of": "bank_one"}]},
        {"pots": own_pots(), "log": FLAT},
        {"transactions": FLAT, "goals": [{"saves_to": "two", "paid": [{"id": "r1"}]}, {"saves_to": "one", "paid": []}]},
        {"pots": [pot("one", "r3", with_others=[{"with": "two", "rows": [{"id": "r1"}]}]), pot("two")]},
        {"one": {"transfers": {"two": [{"id": "r1"}]}}, "two": {"transfers": {"one": [{"id": "r2"}]}}},
        {"days": [{"top": "one", "rows": [{"id": "r1"}, {"id": "r2"}]}, {"top": "two", "rows": [{"id": "r3"}]}]},
        {"accounts": [{"account": 7, "offset": "two", "rows": [{"id": "r1"}]}, {"account": 8, "offset": "one", "rows": []}]},
        {"transactions": FLAT, "notifications": [{"account_id": "two", "about": "r1"}], "pots": [pot("one"), pot("two")]},
        {"transactions": FLAT, "goals": [{**pot("two", "r1"), "saved": 7}, pot("one")]},
        {"transactions": FLAT, "accounts": [{**pot("two"), "account_id": "two", "funded_by": "r3"}, pot("one")]},
        {"accounts": [{**pot("one"), "merged": ["two"]}], "rows": [{"id": "r2", "account_id": "one"}]},
        {"pots": [pot("three", "r1"), pot("two", "r2")]},
        {"accounts": [], "rows": [{"id": "r1"}]},
        {"pots": [pot("one", list=["r1", "r3"]), pot("two", list=["r2", "r5"])]},
        {"pots": [pot("one", table={"r1": "-12.00", "r3": {"n": 2}}), pot("two", table={"r2": "4.00"})]},
        {"pots": [pot("one", flagged=["r2"]), pot("two")], "transactions": FLAT},
        flat("partnerAccountId", r1="two", r2="one"),
        flat("accountId", r1="one", r2="bank_two", r3="7"),
        None,
        [],
        "r1",
    ],
)
def test_rows_of_lawful_states_are_not_misplaced(state: Any) -> None:
    """Rows are under their own account, or the state does not show under which one they are."""
    assert misplaced_rows(state, ROWS, ACCOUNTS) == set()


@pytest.mark.parametrize(
    ("state", "misplaced"),
    [
        ({"banks": [{"pots": [pot("one", "r2"), pot("two", "r1", "r3")]}]}, {"r1", "r2", "r3"}),
        ({"pots": [pot("one", *ROWS), pot("two")]}, {"r2", "r5"}),
        ({"pots": [pot("one", "r2", newest="r2"), pot("two", "r1", newest="r1")]}, {"r1", "r2"}),
        ({"pots": [pot("one", *ROWS), pot("two")], "log": FLAT}, {"r2", "r5"}),
        ({"pots": [pot("one", months={"2026-10": [{"id": "r2"}], "2026-09": [{"id": "r1"}]}), pot("two")]}, {"r2"}),
        (flat("account_id", r1="two", r2="two", r3="two", r4="two"), {"r1", "r3", "r4"}),
        ({"pots": {"one": {"end": "1111", "rows": [{"id": "r2"}]}, "two": {"end": "2222", "rows": []}}}, {"r2"}),
        ({"pots": [pot("one", months=[{"rows": [{"id": "r2"}]}]), pot("two")]}, {"r2"}),
        (flat("accountId", r1="two", r2="two", r3="bank_two", r4="two"), {"r1", "r3", "r4"}),
        (flat("Account-ID", r1="two", r2="two"), {"r1"}),
        (flat("account", r1="two", r2="one"), {"r1", "r2"}),
        ({"pots": [pot("one", list=["r1", "r2"]), pot("two", list=["r5"])]}, {"r2"}),
        ({"pots": [pot("one", table={"r1": "-12.00", "r2": "-7.50"}), pot("two", table={"r5": "4.00"})]}, {"r2"}),
        ({"pots": [pot("one", table={"r1": {"n": 1}, "r2": {"n": 2}}), pot("two", table={"r5": {"n": 3}})]}, {"r2"}),
        ({"accounts": flat("x")["accounts"], "rows": {"r1": {"accountId": "two"}, "r2": {"accountId": "two"}}}, {"r1"}),
    ],
)
def test_rows_under_another_account_are_misplaced(state: Any, misplaced: set[str]) -> None:
    """The state shows each of them under a wrong account, and nowhere under its own."""
    assert misplaced_rows(state, ROWS, ACCOUNTS) == misplaced


def test_a_row_that_moved_may_be_under_each_of_its_accounts() -> None:
    """An app may show any version of the row that the API served."""
    moved = {"r1": [*ROWS["r1"], {"fiskil_id": "r1", "account_id": "two"}]}

    assert misplaced_rows({"pots": [pot("one"), pot("two", "r1")]}, moved, ACCOUNTS) == set()


def test_rows_and_accounts_without_ids_are_left_out() -> None:
    """Energy data has accounts by service point only."""
    rows = {"r1": [{"fiskil_id": "r1", "service_point_id": "p"}], "r2": [{"fiskil_id": "r2", "account_id": None}]}

    assert misplaced_rows({"pots": [pot("one", "r1", "r2")]}, rows, [{"fiskil_id": "bank_one"}]) == set()


def test_a_name_of_several_accounts_shows_no_account() -> None:
    """An object that shows a name of several accounts need not be the one whose id it has."""
    accounts = [
        {"account_id": account, "fiskil_id": f"bank_{account}", "display_name": "Saver"} for account in ("one", "two")
    ]
    goals = [{"ref": account, "title": "Saver", "rows": [{"id": row}]} for account, row in (("one", "r2"), ("two", "r1"))]

    assert misplaced_rows({"goals": goals}, ROWS, accounts) == set()
