"""Amounts of money as people write them: ``$1,234.50``, ``AUD 12.50 debit``, ``(12.50)``."""

import re
from decimal import Decimal, InvalidOperation

_CURRENCY = r"(?:[A-Z]{1,3}\s?\$|\$|[A-Z]{3})"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONEY = re.compile(
    rf"[-+\u2212(]?\s*(?:{_CURRENCY}\s*)?[-+\u2212]?({_NUMBER})\)?\s*(?:{_CURRENCY})?\s*(?:CR|DR|CREDIT|DEBIT)?",
    re.IGNORECASE,
)
MOST_LETTERS = 100
"""A longer text is not read as an amount; the longest amounts that a fault serves have 60 digits."""


def amount_in(text: str) -> Decimal | None:
    """Return the number or the amount of money that *text* is; None if it is neither.

    The sign of a number is kept, and so is ``NaN``; an amount with a currency or with commas has no sign.
    """
    try:
        return Decimal(text)
    except InvalidOperation:
        match = _MONEY.fullmatch(text.strip()) if len(text) <= MOST_LETTERS else None
        return Decimal(match.group(1).replace(",", "")) if match else None
