"""Billing periods of an energy account, in whole months, before and after the sandbox's first day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

DAY = timedelta(days=1)
ISSUED_AFTER = timedelta(days=1)
DUE_AFTER = timedelta(days=26)


class Period(Struct, frozen=True, kw_only=True):
    """The first and the last day of a bill."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.last - self.first).days + 1

    @property
    def issued(self) -> date:
        """Return the day on which the bill is sent."""
        return self.last + ISSUED_AFTER

    @property
    def due(self) -> date:
        """Return the day on which the bill is due."""
        return self.issued + DUE_AFTER

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def periods(*, months: int, bill_months: int, began: date, until: date) -> tuple[Period, ...]:
    """Return the periods of *bill_months* months that are over before *until*, oldest first.

    Before the month of *began* there are as many periods as fit into *months*, and at least one. Later periods follow.
    """
    earlier = max(1, months // bill_months)
    later = max(0, (until.year - began.year) * 12 + until.month - began.month) // bill_months
    firsts = [month_before(began, bill_months * back) for back in range(earlier, -later - 1, -1)]
    return tuple(Period(first=first, last=after - DAY) for first, after in pairwise(firsts))


def anniversary_after(first: date, day: date) -> date:
    """Return the next anniversary of *first* after *day*; *first* is the first day of a month."""
    this_year = first.replace(year=max(day.year, first.year))
    return this_year if this_year > day else first.replace(year=this_year.year + 1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from *first* to *last*, both included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def month_before(day: date, months: int) -> date:
    """Return the first day of the month that is *months* before the month of *day*."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
