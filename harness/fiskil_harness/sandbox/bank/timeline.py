"""The rows of several series as one list, newest first, in which a position is found without generating the other rows.

The number of rows newer than a given day is computed. Only the rows of a single day are sorted; two such orders are cached.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from msgspec import Struct

from fiskil_harness.core.model import Transaction
from fiskil_harness.sandbox.bank.days import DAY, day_of
from fiskil_harness.sandbox.bank.listed_rows import ListedDays
from fiskil_harness.sandbox.bank.series import Series, plain

# A row of one day is encoded as a sortable number: how early it is, the number of its run, and its number in the run's day.
_EARLY, _RUN, _PLACE = 32, 16, 2**16 - 1
_LATEST = 2 * DAY


class Run(Struct, frozen=True, kw_only=True):
    """A part of a series: the rows of every ``stride``-th day from ``oldest`` to ``newest``; both days have rows.

    ``newer``, ``before``, ``latest`` and ``has`` take and return days of posting. The other methods take the days of the
    rows. The two differ only in a ``ListedRun``.

    ``own_days`` has the day of the rows by the day on which they are posted; it is empty if the two are always equal.

    If ``is_plain`` is set, rows lack the details that a later sync adds. Source: sync.early-transactions
    """

    series: Series
    oldest: int
    newest: int
    stride: int
    own_days: dict[int, int] = {}
    is_plain: bool = False

    @property
    def latest(self) -> int:
        """Return the last day on which rows are posted."""
        return self.newest

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return ((self.newest - self.oldest) // self.stride + 1) * self.series.per_day

    def newer(self, day: int) -> int:
        """Return the number of rows on days after *day*."""
        if day < self.oldest:
            return self.count
        return 0 if day >= self.newest else ((self.newest - day - 1) // self.stride + 1) * self.series.per_day

    def before(self, day: int) -> int:
        """Return the last day with rows before *day*; 0 if there is no such day."""
        last = min(self.newest, self.newest - -(-(self.newest - day + 1) // self.stride) * self.stride)
        return last if last >= self.oldest else 0

    def has(self, day: int) -> bool:
        """Return True if rows are posted on *day*."""
        return self.includes(day)

    def includes(self, own_day: int) -> bool:
        """Return True if this run has the rows of *own_day*."""
        return self.oldest <= own_day <= self.newest and (self.newest - own_day) % self.stride == 0

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield the day and the number in that day of each row, newest first."""
        for day in range(self.newest, self.oldest - 1, -self.stride):
            yield from ((day, at) for at in reversed(range(self.series.per_day)))

    def row(self, day: int, at: int) -> Transaction:
        """Return row number *at* of *day*."""
        row = self.series.row(day, at)
        return plain(row) if self.is_plain else row

    def cents(self) -> int:
        """Return the sum of the rows in cents."""
        series = self.series
        if self.stride == abs(series.days.step):
            ends = sorted((series.days.index(self.oldest), series.days.index(self.newest)))
            return series.amounts.sum(ends[0] * series.per_day, (ends[1] + 1) * series.per_day)
        days = range(self.oldest, self.newest + 1, self.stride)
        return sum(series.amounts.cents(series.days.index(day) * series.per_day) for day in days)


class ListedRun(Run, frozen=True, kw_only=True):
    """A run whose days of posting are listed, oldest first, for example because they are business days.

    It has one row a day.
    """

    days: tuple[int, ...]

    @property
    def latest(self) -> int:
        """Return the last day on which rows are posted."""
        return self.days[-1]

    @property
    def count(self) -> int:
        """Return the number of rows."""
        return len(self.days)

    def newer(self, day: int) -> int:
        """Return the number of rows on days after *day*."""
        return len(self.days) - bisect_right(self.days, day)

    def before(self, day: int) -> int:
        """Return the last day with rows before *day*; 0 if there is no such day."""
        place = bisect_left(self.days, day)
        return self.days[place - 1] if place else 0

    def has(self, day: int) -> bool:
        """Return True if rows are posted on *day*."""
        return day in self.own_days

    def includes(self, own_day: int) -> bool:
        """Return True if this run has the row of *own_day*."""
        return self.own_days.get(self.series.days.posted(own_day)) == own_day

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield the day of each row, newest first, and its number in that day, which is always 0."""
        return ((day, 0) for day in reversed(self.own_days.values()))


def run_of(series: Series, *, oldest: int, newest: int, stride: int) -> Run:
    """Return the rows of *series* on every *stride*-th day from *oldest* to *newest*."""
    if not series.days.state:
        return Run(series=series, oldest=oldest, newest=newest, stride=stride)
    return _listed(series, {series.days.posted(day): day for day in range(oldest, newest + 1, stride)}, stride=stride)


def run_between(series: Series, days: ListedDays, *, first: int, last: int) -> Run | None:
    """Return the rows of a series with listed *days* from the day *first* to the day *last*; None if there are none."""
    between = days.listed[bisect_left(days.listed, first) : bisect_right(days.listed, last)]
    return _listed(series, {day: day for day in between}, stride=days.step) if between else None


def _listed(series: Series, own_days: dict[int, int], *, stride: int) -> ListedRun:
    days, own = tuple(own_days), tuple(own_days.values())
    return ListedRun(series=series, oldest=own[0], newest=own[-1], stride=stride, days=days, own_days=own_days)


class Timeline:
    """The rows of several runs (parts of series), newest first; rows of the same minute are in the order of the runs."""

    def __init__(self, runs: tuple[Run, ...]) -> None:
        self.runs = runs
        self._first = min((run.oldest for run in runs), default=1)
        self._last = max((run.latest for run in runs), default=0)
        self._orders: dict[int, list[int]] = {}
        self._count = sum(run.count for run in runs)

    def __len__(self) -> int:
        return self._count

    def newer(self, instant: int) -> int:
        """Return the number of rows later than *instant*, a UTC time in minutes."""
        day = day_of(instant)
        count = sum(run.newer(day) for run in self.runs)
        return count + sum(1 for code in self._order(day) if _instant(day, code) > instant)

    def position(self, series: Series, day: int, at: int) -> int | None:
        """Return the position of row number *at* of *day* in *series*; None if no run contains that row."""
        number = next((n for n, run in enumerate(self.runs) if run.series is series and run.includes(day)), None)
        if number is None:
            return None
        day, own_day = series.days.posted(day), day
        code = day * DAY + _LATEST - series.instant(own_day, at) << _EARLY | number << _RUN | at
        return sum(run.newer(day) for run in self.runs) + self._order(day).index(code)

    def rows(self, start: int, stop: int) -> list[Transaction]:
        """Return the rows from position *start* up to but excluding *stop*, as ``Transaction`` values."""
        runs = [(self.runs[code >> _RUN & _PLACE], day, code) for day, codes in self._days(start, stop) for code in codes]
        return [run.row(run.own_days[day] if run.own_days else day, code & _PLACE) for run, day, code in runs]

    def texts(self, start: int, stop: int) -> list[str]:
        """Return the rows from position *start* up to but excluding *stop*, as JSON text."""
        texts: list[str] = []
        write = [(run.series.text, run.is_plain, run.own_days) for run in self.runs]
        for day, codes in self._days(start, stop):
            latest = day * DAY + _LATEST
            for code in codes:
                text, is_plain, own_days = write[code >> _RUN & _PLACE]
                own_day = own_days[day] if own_days else day
                texts.append(text(own_day, code & _PLACE, latest - (code >> _EARLY), is_plain=is_plain))
        return texts

    def note(self) -> None:
        """Register the ids of all rows, so that reports show symbols (short stable names) instead of these ids."""
        for run in self.runs:
            for day, at in run.places():
                run.series.note(day, at)

    def _days(self, start: int, stop: int) -> Iterator[tuple[int, list[int]]]:
        """Yield each day with rows at positions *start* to *stop*, newest first, and its encoded rows in this range."""
        day, left = self._day_at(start), stop - start
        skip = start - sum(run.newer(day) for run in self.runs)
        while left > 0:
            codes = self._order(day)[skip : skip + left]
            yield day, codes
            left, skip = left - len(codes), 0
            day = max(run.before(day) for run in self.runs)

    def _day_at(self, position: int) -> int:
        """Return the day of the row at *position*: the earliest day with at most *position* rows on later days."""
        low, high = self._first, self._last
        while low < high:
            middle = (low + high) // 2
            if sum(run.newer(middle) for run in self.runs) <= position:
                high = middle
            else:
                low = middle + 1
        return low

    def _order(self, day: int) -> list[int]:
        """Return the rows of a day, newest first, each encoded as one sortable number."""
        order = self._orders.get(day)
        if order is None:
            if len(self._orders) > 1:
                self._orders.clear()
            latest = day * DAY + _LATEST
            order = [
                latest - instant << _EARLY | number << _RUN | at
                for number, run in enumerate(self.runs)
                if run.has(day)
                for at, instant in enumerate(run.series.instants(run.own_days[day] if run.own_days else day, posted=day))
            ]
            order.sort()
            self._orders[day] = order
        return order


def _instant(day: int, code: int) -> int:
    return day * DAY + _LATEST - (code >> _EARLY)
