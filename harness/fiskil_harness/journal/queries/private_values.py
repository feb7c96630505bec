"""Values of rows that only one end user has: they show whose data a page contains, although it shows no ids."""

import html
import re
from collections import defaultdict

from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.page_balances import shows_amount
from fiskil_harness.journal.queries.page_rows import plain

SHOWN_FIELDS = ("amount", "available_balance", "balance", "current_balance", "description")
"""Fields of rows that pages show."""
FEWEST_DIGITS = 6
FEWEST_LETTERS = 8
"""Minimum length of a value; a shorter one may be on a page by chance."""

_AMOUNT = re.compile(r"-?\d+\.\d\d")
_TAG = re.compile(r"<[^<>]*>")


def private_values(journal: Journal) -> dict[str, set[str]]:
    """Return the values of each participant's rows that the API never served to another participant.

    An amount is returned as its digits, and a description in lower case.
    """
    values: dict[str, set[str]] = defaultdict(set)
    for rows in journal.all(Rows):
        texts = (str(row[name]) for row in rows.rows for name in SHOWN_FIELDS if name in row)
        values[rows.participant].update(value for text in texts if (value := _comparable(text)))
    return {
        name: own - {value for other, texts in values.items() if other != name for value in texts}
        for name, own in values.items()
    }


def shows_any(page: str, values: set[str]) -> bool:
    """Return True if the HTML or JSON *page* shows one of the private *values*; separators in a number do not matter."""
    text = html.unescape(_TAG.sub("\n", page))
    words = plain(text)
    return any(shows_amount(text, value) if value.isdecimal() else value in words for value in values)


def _comparable(text: str) -> str:
    """Return *text* as it is compared; "" if it is too short."""
    if _AMOUNT.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        return digits if len(digits) >= FEWEST_DIGITS else ""
    words = plain(text)
    return words if len(words) >= FEWEST_LETTERS and not words.isdecimal() else ""
