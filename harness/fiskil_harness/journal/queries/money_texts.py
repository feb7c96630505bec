"""Amounts of money in other notations: ``$1,234.50``, ``AUD 12.50 debit``, ``{"units": 12, "nanos": 500000000}``."""

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

_CURRENCY = r"(?:[A-Z]{1,3}\s?\$|\$|[A-Z]{3})"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONEY = re.compile(
    rf"[-+\u2212(]?\s*(?:{_CURRENCY}\s*)?[-+\u2212]?({_NUMBER})\)?\s*(?:{_CURRENCY})?\s*(?:CR|DR|CREDIT|DEBIT)?",
    re.IGNORECASE,
)
_NANO = Decimal("1e-9")
_EXACT = Context(prec=100)
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


def amount_of_object(value: Any) -> Decimal | None:
    """Return the amount of an object with whole units and billionths, as in Google's type ``Money``, or None."""
    if not isinstance(value, dict) or "units" not in value:
        return None
    units, nanos = value["units"], value.get("nanos") or 0
    if isinstance(units, bool) or not isinstance(units, int | str) or not isinstance(nanos, int):
        return None
    whole = amount_in(str(units))
    return None if whole is None or not whole.is_finite() else _EXACT.add(whole, _EXACT.multiply(Decimal(nanos), _NANO))
