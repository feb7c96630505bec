"""Days and bills of an energy account: months of reads before the sandbox began, and all since, cut into periods."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from msgspec import Struct

DAY = timedelta(days=1)
ISSUED_AFTER = timedelta(days=1)
DUE_AFTER = timedelta(days=26)


class Period(Struct, frozen=True, kw_only=True):
    """The first and the last day that a bill is about."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def issued(self) -> date:
        """When its bill is sent."""
        return self.last + ISSUED_AFTER

    @property
    def due(self) -> date:
        """When its bill is to be paid."""
        return self.issued + DUE_AFTER

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def periods(*, months: int, bill_months: int, began: date, until: date) -> tuple[Period, ...]:
    """Whole periods that are over before *until*, oldest first, each as long as *bill_months*.

    Before the month of *began* there is at least one, and as many as *months* hold; the later ones follow on.
    """
    earlier = max(1, months // bill_months)
    later = max(0, (until.year - began.year) * 12 + until.month - began.month) // bill_months
    firsts = [month_before(began, bill_months * back) for back in range(earlier, -later - 1, -1)]
    return tuple(Period(first=date, last=after - DAY) for date, after in pairwise(firsts))


def anniversary_after(first: date, day: date) -> date:
    """The next day after *day* that is whole years after *first*; *first* is the first of a month."""
    this_year = first.replace(year=max(day.year, first.year))
    return this_year if this_year > day else first.replace(year=this_year.year + 1)


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from *first* to *last*, both included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def month_before(day: date, months: int) -> date:
    """The first of the month that lies *months* before the month of *day*."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
