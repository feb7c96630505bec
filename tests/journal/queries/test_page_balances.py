"""Balances in the text of a page."""

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
