"""Days and amounts that no formula gives, such as those of paid bills and of interest: calculated in order, and kept.

A list only grows at its end, so a thread can read a statement while another one adds later rows.
"""

from bisect import bisect_left

from fiskil_harness.sandbox.bank.amounts import money


class ListedDays:
    """The days of a series, oldest first; the key of a row ends with its index, which counts from 0."""

    state, step = "", 1

    def __init__(self) -> None:
        self.listed: list[int] = []

    def posted(self, day: int) -> int:
        """Return the day on which the row of *day* is posted, which is always *day*."""
        return day

    def index(self, day: int) -> int:
        """Return the index of a day that has a row."""
        return bisect_left(self.listed, day)

    def at(self, index: int) -> int | None:
        """Return the day of the row at *index*; None if there is no such row yet."""
        return self.listed[index] if 0 <= index < len(self.listed) else None

    def name(self, key: str, day: int) -> str:
        """Return the key of the row of *day*; *key* is the key of the series."""
        return f"{key}:{self.index(day)}"

    def identity(self, key: str, day: int) -> str:
        """Return the text from which the ids of the row of *day* are made."""
        return self.name(key, day)

    def day(self, tail: str) -> int | None:
        """Return the day of the row whose key ends with *tail*; None if there is no such row yet."""
        return self.at(int(tail)) if tail.isascii() and tail.isdigit() and len(tail) < 8 else None


class ListedAmounts:
    """The amounts of a series in cents, by the index of the row."""

    def __init__(self) -> None:
        self.listed: list[int] = []

    def text(self, index: int) -> str:
        """Return the amount of the row at *index*, as decimal text."""
        return money(self.listed[index])

    def cents(self, index: int) -> int:
        """Return the amount of the row at *index*, in cents."""
        return self.listed[index]

    def sum(self, first: int, after: int) -> int:
        """Return the sum of the rows from *first* up to but excluding *after*, in cents."""
        return sum(self.listed[first:after])


class Listing:
    """The rows of one series that are known so far."""

    def __init__(self) -> None:
        self.days, self.amounts = ListedDays(), ListedAmounts()

    def add(self, day: int, cents: int) -> None:
        """Add a row that is later than all others."""
        self.amounts.listed.append(cents)
        self.days.listed.append(day)
