"""Values of rows in the text of a page."""

from typing import Any

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_rows import shown_rows

ROW: dict[str, Any] = {"fiskil_id": "x", "key": "daily", "arrangement_id": "arr1"}


@pytest.mark.parametrize(
    ("masked_number", "text", "is_shown"),
    [
        ("xxxxx4402", "Daily xxxxx4402", True),
        ("xxxxx4402", "Daily \u2022\u2022\u2022\u2022 4402", True),
        ("xxxxx4402", "Daily ***-4402", True),
        ("xxxxx4402", "Daily 4402", False),
        ("xxxxx4402", "Tax 4402", False),
        ("xxxxx4402", "Daily xxxxx44021", False),
        ("xxxxxx402", "Daily xxxxxx402", False),
        (None, "Daily xxxxNone", False),
    ],
)
def test_a_number_is_found_in_its_masked_form(
    tape: JournalBuilder, masked_number: str | None, text: str, is_shown: bool
) -> None:
    """Four digits alone may be any number."""
    tape.rows({**ROW, "masked_number": masked_number}, dataset="accounts")

    shown = shown_rows(tape.journal, text, consents=("arr1",))

    assert shown == ({"4402": "masked number of daily"} if is_shown else {})


@pytest.mark.parametrize(
    ("description", "text", "is_shown"),
    [
        ("RENT  LODGE RENTALS", "Rent lodge\nrentals -1,180.00", True),
        ("RENT LODGE RENTALS", "RENT LODGE RENTALSHIP", False),
        ("TRANSFER", "TRANSFER", False),
        ("TO ME", "TO ME", False),
        (None, "None", False),
    ],
)
def test_a_description_is_found_as_whole_words(
    tape: JournalBuilder, description: str | None, text: str, is_shown: bool
) -> None:
    """Case and spaces do not matter; a single word, or a few letters, may be text of the page."""
    tape.rows({**ROW, "description": description})

    shown = shown_rows(tape.journal, text, consents=("arr1",))

    assert list(shown.values()) == (["description of daily"] if is_shown else [])


def test_a_balance_is_found_with_separators(tape: JournalBuilder) -> None:
    """The sign does not matter."""
    tape.rows({**ROW, "current_balance": "-2150.40"}, dataset="balances")

    assert shown_rows(tape.journal, "$2,150.40", consents=("arr1",)) == {"2150.40": "current balance of daily"}


@pytest.mark.parametrize(("consent", "participant"), [("arr2", ""), ("arr1", "b"), (None, "")])
def test_a_value_that_was_also_served_otherwise_is_left_out(
    tape: JournalBuilder, consent: str | None, participant: str
) -> None:
    """The page may show it for the other consent or the other end user."""
    balance = {"current_balance": "2150.40", "available_balance": "2100.10"}
    tape.rows({**ROW, **balance}, dataset="balances")
    other = {**ROW, "arrangement_id": consent, "current_balance": "2150.40"}
    tape.rows(other, dataset="balances", participant=participant)

    shown = shown_rows(tape.journal, "2150.40 2100.10", consents=("arr1",))

    assert shown == {"2100.10": "available balance of daily"}
