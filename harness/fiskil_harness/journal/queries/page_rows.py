"""Find values of an end user's rows in the text of a page: masked account numbers, balances, and descriptions.

A value counts only if the API served it under the given consents alone, so no other consent explains why a page shows it.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any

from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.page_balances import BALANCES, is_comparable, shows_amount
from fiskil_harness.journal.queries.rows import name_of_row

FEWEST_LETTERS = 6
"""Minimum number of letters in a description, which must also have two words; a shorter one may be text of the page."""
LAST_DIGITS = 4
_MASK = r"(?:(?<![^\W_])x+|[*#\u2022\u00b7\u2219\u25cf\u2026])\s*-?\s*"
"""The signs before the last digits of a masked number, such as an x, an asterisk or a bullet."""


def shown_rows(journal: Journal, text: str, participant: str = "", *, consents: Collection[str]) -> dict[str, str]:
    """Return the values of *participant* that *text* shows and the API served under *consents* only, with their names.

    The result maps each value to its name in reports, such as "masked number of everyday".
    """
    plain_text = plain(text)
    own: dict[str, tuple[str, str]] = {}
    others: set[str] = set()
    for rows in journal.all(Rows):
        for number, row in enumerate(rows.rows, 1):
            is_own = rows.participant == participant and row.get("arrangement_id") in consents
            for field, value in _values(rows.dataset, row):
                if is_own:
                    own.setdefault(value, (field, name_of_row(row, number)))
                else:
                    others.add(value)
    return {
        value: f"{field.replace('_', ' ')} of {name}"
        for value, (field, name) in own.items()
        if value not in others and _shows(plain_text, field, value)
    }


def _values(dataset: str, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each field that pages show, and the value to search for."""
    for field in BALANCES.get(dataset, ()):
        if is_comparable(amount := str(row.get(field) or "")):
            yield field, amount.removeprefix("-")
    last_digits = str(row.get("masked_number") or "")[-LAST_DIGITS:]
    if len(last_digits) == LAST_DIGITS and last_digits.isdecimal():
        yield "masked_number", last_digits
    description = plain(str(row.get("description") or ""))
    if sum(map(str.isalpha, description)) >= FEWEST_LETTERS and " " in description:
        yield "description", description


def _shows(plain_text: str, field: str, value: str) -> bool:
    if field == "masked_number":
        return re.search(rf"{_MASK}{value}(?!\d)", plain_text) is not None
    if field == "description":
        return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", plain_text) is not None
    return shows_amount(plain_text, value)


def plain(text: str) -> str:
    """Return *text* as values are compared: in lower case, with single spaces."""
    return " ".join(text.casefold().split())
