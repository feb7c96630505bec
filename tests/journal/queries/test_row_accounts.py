"""Rows under another account are found in flat and in nested states, and under names of the app's own."""

from typing import Any

import pytest

from fiskil_harness.journal.queries.row_accounts import misplaced_rows

ACCOUNTS = [{"account_id": account, "fiskil_id": f"bank_{account}"} for account in ("one", "two", "three")]
ROWS = {
    "r1": [{"fiskil_id": "r1", "account_id": "one"}],
    "r2": [{"fiskil_id": "r2", "account_id": "two"}],
    "r3": [{"fiskil_id": "r3", "account_id": "one"}],
    "r4": [{"fiskil_id": "r4", "account_id": "one"}],
}


def nested(*pots: tuple[str, list[str]]) -> dict[str, Any]:
    """A state in which each account has its entries."""
    return {"banks": [{"pots": [{"ref": ref, "entries": [{"id": row} for row in rows]} for ref, rows in pots]}]}


def flat(name: str, **accounts: str) -> dict[str, Any]:
    """A state with a list of rows, each of which names an account."""
    return {"accounts": [{"id": "one"}, {"id": "two"}], "rows": [{"id": row, name: of} for row, of in accounts.items()]}


@pytest.mark.parametrize(
    "state",
    [
        nested(("bank_one", ["r1", "r3", "r4"]), ("bank_two", ["r2"])),
        nested(("one", ["r1", "r3", "r4"]), ("two", ["r2"])),
        flat("account_id", r1="one", r2="two", r3="bank_one", r4="one"),
        flat("account_id", r1="of mine", r2="of mine", r3="of mine", r4="of mine"),
        flat("other_side", r1="two", r2="one", r3="two", r4="two"),
        {"first": "one", "rows": [{"id": row} for row in ROWS]},
        {"banks": [{"first": "two", "pots": [{"ref": "one", "rows": [{"id": "r1"}]}]}, {"first": "one"}]},
        {"pots": {"one": [{"id": "r1"}], "two": [{"id": "r2"}]}},
        {"pots": nested(("bank_two", ["r1"]), ("bank_one", [])), "rows": [{"id": "r1", "of": "bank_one"}]},
        nested(("bank_one", ["r1", "r3", "r4"]), ("bank_two", ["r2"])) | {"log": [{"id": row} for row in ROWS]},
        {"accounts": [], "rows": [{"id": "r1"}]},
        {"pots": [{"ref": "one", "rows": [{"id": "r1", "pair": {"id": "r2"}}]}, {"ref": "two", "rows": []}]},
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
        (nested(("bank_one", ["r2"]), ("bank_two", ["r1", "r3"])), {"r1", "r2", "r3"}),
        (nested(("bank_one", ["r1", "r2", "r3", "r4"]), ("bank_two", [])), {"r2"}),
        (flat("account_id", r1="two", r2="two", r3="two", r4="two"), {"r1", "r3", "r4"}),
        (flat("of", r1="one", r2="one", r3="one", r4="one"), {"r2"}),
        ({"pots": {"one": [{"id": "r2"}], "two": []}}, {"r2"}),
        ({"pots": {"one": {"r2": 1, "x": {"id": "r2"}}, "two": {"x": {"id": "r1"}}}}, {"r1", "r2"}),
        (nested(("one", ["r2"]), ("two", [])) | {"log": [{"id": "r2"}]}, {"r2"}),
    ],
)
def test_rows_under_another_account_are_misplaced(state: Any, misplaced: set[str]) -> None:
    """The state shows each of them under a wrong account, and nowhere under its own."""
    assert misplaced_rows(state, ROWS, ACCOUNTS) == misplaced


def test_a_row_that_moved_may_be_under_each_of_its_accounts() -> None:
    """An app may show any version of the row that the API served."""
    moved = {"r1": [*ROWS["r1"], {"fiskil_id": "r1", "account_id": "two"}]}

    assert misplaced_rows(nested(("one", []), ("two", ["r1"])), moved, ACCOUNTS) == set()


def test_an_account_that_the_state_does_not_name_is_not_expected() -> None:
    """The app may show its rows under a heading of their own."""
    assert misplaced_rows(nested(("three", ["r1"]), ("two", ["r2"])), ROWS, ACCOUNTS) == set()


def test_rows_and_accounts_without_ids_are_left_out() -> None:
    """Energy data has accounts by service point only."""
    rows = {"r1": [{"fiskil_id": "r1", "service_point_id": "p"}]}

    assert misplaced_rows(nested(("bank_one", ["r1"])), rows, [{"fiskil_id": "bank_one"}]) == set()
