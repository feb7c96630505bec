"""Days and bills of an energy account: months of reads before the month that runs, cut into periods."""

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


def periods(*, months: int, bill_months: int, until: date) -> tuple[Period, ...]:
    """Whole periods before the month of *until*, oldest first: at least one, and as many as *months* hold."""
    firsts = [month_before(until, bill_months * back) for back in range(max(1, months // bill_months), -1, -1)]
    return tuple(Period(first=one, last=after - DAY) for one, after in pairwise(firsts))


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from *first* to *last*, both included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def month_before(day: date, months: int) -> date:
    """The first of the month that lies *months* before the month of *day*."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
