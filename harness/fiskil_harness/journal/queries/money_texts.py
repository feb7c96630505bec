"""Amounts of money in other notations: ``$1,234.50``, ``AUD 12.50 debit``, ``{"units": 12, "nanos": 500000000}``."""

import re
from decimal import Context, Decimal, InvalidOperation
from typing import Any

_CURRENCY = r"(?:(?:A|AU|NZ|US|S|HK|C)?\$|[€£¥]|AUD|NZD|USD|EUR|GBP|SGD|HKD|CAD|CHF|JPY|CNY|INR)"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MONEY = re.compile(
    rf"[-+\u2212(]?\s*(?:{_CURRENCY}\s*)?[-+\u2212]?({_NUMBER})\)?\s*(?:{_CURRENCY})?\s*(?:CR|DR|CREDIT|DEBIT)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"-?[0-9]{1,30}")
LARGEST = 10**30
"""Whole units of an amount are less than this."""

_NANO = Decimal("1e-9")
_EXACT = Context(prec=100)
MOST_LETTERS = 100
"""A longer text is not read as an amount; the longest amounts that a fault serves have 60 digits."""


def amount_in(text: str) -> Decimal | None:
    """Return the number or the amount of money that *text* is; None if it is neither, or longer than any served amount.

    The sign of a number is kept, and so is ``NaN``; an amount with a currency or with commas has no sign.
    """
    if len(text) > MOST_LETTERS:
        return None
    try:
        number = Decimal(text)
        is_usual = not number.is_snan() and (not number.is_finite() or abs(number.adjusted()) <= MOST_LETTERS)
        return number if is_usual else None
    except InvalidOperation:
        match = _MONEY.fullmatch(text.strip())
        return Decimal(match.group(1).replace(",", "")) if match else None


def amount_of(value: Any) -> Decimal | None:
    """Return the amount that a JSON value is: a number, a text or an object; None if it is none."""
    if isinstance(value, str):
        return amount_in(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _amount_of_object(value)
    return Decimal(repr(value) if isinstance(value, float) else value)


def _amount_of_object(value: Any) -> Decimal | None:
    """Return the amount of an object with whole units and billionths, as in Google's type ``Money``, or None.

    An object with another number, such as cents, is none.
    """
    if not isinstance(value, dict) or "units" not in value:
        return None
    nanos = value.get("nanos") or 0
    others = [other for name, other in value.items() if name not in {"units", "nanos"}]
    if not _is_whole(value["units"]) or not _is_whole(nanos) or any(isinstance(other, int | float) for other in others):
        return None
    return _EXACT.add(Decimal(value["units"]), _EXACT.multiply(Decimal(nanos), _NANO))


def _is_whole(value: Any) -> bool:
    """Return True for an integer of a usual size, as a JSON number or as text."""
    if isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
