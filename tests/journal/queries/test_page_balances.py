"""Balances in the text of a page."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_balances import shown_balances


def test_balances_of_the_given_consents_are_found(tape: JournalBuilder) -> None:
    """Rows of other consents, before or after, are left out."""
    rows = [
        {"fiskil_id": key, "key": key, "arrangement_id": consent, "current_balance": amount}
        for key, consent, amount in (("a", "arr2", "111.11"), ("b", "arr1", "222.22"), ("c", "arr2", "333.33"))
    ]
    tape.rows(*rows, dataset="balances")

    shown = shown_balances(tape.journal, "$111.11 $222.22 $333.33", consents=("arr1",))

    assert shown == {"current balance of b"}


@pytest.mark.parametrize(
    ("amount", "text", "is_shown"),
    [
        ("1234.50", "$1,234.50", True),
        ("1234.50", "1.234,50 AUD", True),
        ("1234.50", "1\u2019234.50", True),
        ("1234.50", "1 234\u00a050", True),
        ("-1234.50", "$1234.50 overdrawn", True),
        ("1234.50", "123450", True),
        ("1234.50", "1234.5", False),
        ("1234.50", "91234.50", False),
        ("1234.50", "1234.500", False),
        ("123.45", "123.45", True),
        ("12.34", "12.34", False),
        ("1234.567", "1234.567", False),
        ("12345", "12345", False),
        (None, "0", False),
    ],
)
def test_an_amount_is_compared_by_its_digits(tape: JournalBuilder, amount: str | None, text: str, is_shown: bool) -> None:
    """The format is the app's choice; short amounts, fractions of a cent and longer numbers do not count."""
    tape.rows({"fiskil_id": "x", "arrangement_id": "arr1", "current_balance": amount}, dataset="balances")

    shown = shown_balances(tape.journal, f"Total: {text} now", consents=("arr1",))

    assert shown == ({"current balance of row 1"} if is_shown else set())


def test_the_latest_balances_and_bills_of_the_participant_are_found(tape: JournalBuilder) -> None:
    """Each dataset has its own fields, and an earlier balance or that of another end user does not count."""
    own = {"fiskil_id": "x", "arrangement_id": "arr1"}
    every = {"current_balance": "111.11", "available_balance": "222.22", "balance": "333.33", "invoice_amount": "444.44"}
    tape.rows({**own, "current_balance": "555.55"}, dataset="balances")
    for dataset in ("balances", "energy_balances", "invoices"):
        tape.rows({"fiskil_id": "none"}, {**own, **every}, dataset=dataset)
    tape.rows({**own, "current_balance": "666.66"}, dataset="balances", participant="b")
    text = "111.11 222.22 333.33 444.44 555.55 666.66"

    shown = shown_balances(tape.journal, text, consents=("arr1",))

    assert shown == {
        "current balance of row 2",
        "available balance of row 2",
        "balance of row 2",
        "invoice amount of row 2",
    }
    assert shown_balances(tape.journal, text, "b", consents=("arr1",)) == {"current balance of row 1"}
