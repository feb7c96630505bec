"""Business days of the states, on which banks process salaries, pensions, direct debits and orders.

The public holidays come from ``fixtures/public_holidays.json``; outside its years only weekends are no business days.
"""

from datetime import date
from functools import cache, lru_cache

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.core.model.people import Movement

LONGEST_BREAK = 6
"""The most days by which a payment can be late, at Christmas and at Easter."""
_SATURDAY = 5
_PAYMENTS = ("INCOME:", "TRANSFER_IN:", "TRANSFER_OUT:", "RENT_AND_UTILITIES:RENT")
_CASH = ("TRANSFER_OUT:WITHDRAWAL", "TRANSFER_IN:DEPOSIT")


def is_on_business_days(move: Movement) -> bool:
    """Return True for salaries, pensions, direct debits, rent and transfers, unless they are too frequent.

    Payments that are more frequent than the longest break could change their order.
    """
    if move.every_days <= LONGEST_BREAK or move.times_a_day > 1 or move.category in _CASH:
        return False
    if move.type is not None:
        return move.type == "DIRECT_DEBIT"
    return move.category.startswith(_PAYMENTS)


@lru_cache(maxsize=65_536)
def business_day_from(day: int, state: str) -> int:
    """Return *day*, a date ordinal, or the next business day of *state* after it."""
    holidays = _holidays().get(state, frozenset())
    while (day - 1) % 7 >= _SATURDAY or day in holidays:
        day += 1
    return day


@cache
def _holidays() -> dict[str, frozenset[int]]:
    """Return the date ordinals of the holidays by state."""
    years = msgspec.json.decode(
        (catalog.folder("fixtures") / "public_holidays.json").read_bytes(), type=dict[str, list[str]]
    )
    return {
        state: frozenset(date.fromisoformat(day).toordinal() for year in lines for day in year.split())
        for state, lines in years.items()
    }
