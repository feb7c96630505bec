"""The rows of one movement (a regular payment): a series stores their common fields and computes the others.

A row is generated from its day when it is requested, as a value or as JSON text, and is not stored.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.core.model import Transaction
from fiskil_harness.core.randomness import RowIds
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.business_days import business_day_from
from fiskil_harness.sandbox.bank.days import instant_of, text_of
from fiskil_harness.sandbox.bank.listed_rows import ListedAmounts, ListedDays

MORNING = 9 * 60
# Placeholders in the sample row for the values that differ per row; in the JSON text they become `%s`.
MARKS = ("\ue000", "\ue001", "\ue002", "\ue003", "\ue004", "\ue005")
_SPREAD = 0xD1342543DE82EF95
_ALL = 2**64 - 1
OPEN = (7 * 60, 14 * 60)
"""The hours of most rows: the first minute of the day, and the number of minutes from there."""
_NIGHT, _NIGHT_FOR = 90, 120


class Days(Struct, frozen=True, kw_only=True):
    """The days on which a series has rows: every ``step`` days before and after the day ``zero``, whose index is 0.

    A negative ``step`` means that indices grow into the past. The key of a row ends with the number of days before
    ``last``, the last day of the history. If ``last`` is None, it ends with the index, which is left out for index 0.

    With a ``state``, a row whose day is not a business day there is posted on the next one. Other modules identify a row by
    its own day; only ``posted`` concerns the day of posting.

    If ``is_fixed`` is set, ``zero`` is the same day in every sandbox, so a row has the same ids whenever a sandbox starts.
    """

    zero: int
    step: int
    last: int | None = None
    state: str = ""
    is_fixed: bool = False

    def posted(self, day: int) -> int:
        """Return the day on which the rows of *day* are posted."""
        return business_day_from(day, self.state) if self.state else day

    def at(self, index: int) -> int | None:
        """Return the day of the rows at *index*."""
        return self.zero + index * self.step

    def index(self, day: int) -> int:
        """Return the index of a day that has rows."""
        return (day - self.zero) // self.step

    def name(self, key: str, day: int) -> str:
        """Return the key of the first row of a day; *key* is the key of the series."""
        number = self.index(day) if self.last is None else self.last - day
        return key if self.last is None and number == 0 else f"{key}:{number}"

    def identity(self, key: str, day: int) -> str:
        """Return the text from which the ids of a day's first row are made."""
        return f"{key}={self.index(day)}" if self.is_fixed else self.name(key, day)

    def day(self, tail: str) -> int | None:
        """Return the day of the row whose key ends with *tail*; None if the series has no rows on that day."""
        digits = tail.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
            return None
        day = self.zero + int(tail) * self.step if self.last is None else self.last - int(tail)
        return day if (day - self.zero) % self.step == 0 else None


class Series:
    """The rows of one movement on one account; ``number`` is the number of the series, which row ids encode."""

    def __init__(
        self,
        *,
        key: str,
        number: int,
        days: Days | ListedDays,
        sample: Transaction,
        amounts: Amounts | ListedAmounts,
        ids: RowIds,
        salt: int,
        per_day: int = 1,
        waits_days: int = 0,
        suffix: str = "",
        hours: tuple[int, int] = OPEN,
    ) -> None:
        """Store the parameters; no row is generated yet.

        Args:
            sample: A row with placeholders for the values that differ between rows.
            salt: Determines the time of day of each row.
            per_day: The number of rows per day.
            waits_days: The number of days for which a row was PENDING; its execution time is the first morning of these.
            suffix: Appended to a row's key when its ids are generated. Source: data.pending-posted
            hours: The first minute of the day at which rows are posted, and the number of minutes from there.
        """
        self.key, self.number, self.sample = key, number, sample
        self.days: Days | ListedDays = days
        self.amounts: Amounts | ListedAmounts = amounts
        self.per_day, self.ids, self._waits_days, self._suffix, self._salt = per_day, ids, waits_days, suffix, salt
        is_nightly = sample.type.startswith(("INTEREST", "FEE"))
        self._from, self._for = (_NIGHT, _NIGHT_FOR) if is_nightly else hours
        self._forms: dict[bool, str] = {}
        self._latest = (0, 0, "")

    @property
    def account_id(self) -> str:
        """Return the id of the account of these rows."""
        return self.sample.account_id

    @property
    def category(self) -> str:
        """Return the secondary category of every row."""
        return (self.sample.category or {}).get("secondary_category", "")

    def minute(self, day: int, at: int) -> int:
        """Return the minute of *day*, in east coast time, at which row number *at* is posted; a day's rows are in order."""
        index = self.days.index(day) * self.per_day + at
        chance = ((index * _SPREAD + self._salt) & _ALL) >> 32
        return self._from + (at * self._for + (chance * self._for >> 32)) // self.per_day

    def instant(self, day: int, at: int) -> int:
        """Return the UTC time, in minutes, at which row number *at* of *day* is posted."""
        return instant_of(self.days.posted(day), self.minute(day, at))

    def instants(self, day: int, *, posted: int) -> list[int]:
        """Return the posting time (UTC, in minutes) of each row of *day*, first row first; they are posted on *posted*."""
        if self.per_day == 1 or self._from == _NIGHT:
            return [instant_of(posted, self.minute(day, at)) for at in range(self.per_day)]
        # In opening hours the offset from UTC does not change.
        opened, length = instant_of(posted, self._from), self._for
        first, salt, many = self._opened(day)[1], self._salt, self.per_day
        return [
            opened + (at * length + ((((first + at) * _SPREAD + salt & _ALL) >> 32) * length >> 32)) // many
            for at in range(many)
        ]

    def row(self, day: int, at: int) -> Transaction:
        """Return row number *at* of *day*, and register its ids, so that reports show symbols instead of these ids."""
        name, index = self._name(day, at), self.days.index(day) * self.per_day + at
        ids = self._ids(day, at)
        self.ids.note(name, ids)
        posted = text_of(self.instant(day, at))
        return msgspec.structs.replace(
            self.sample,
            key=name,
            fiskil_id=ids[0],
            transaction_id=ids[1] if self.sample.transaction_id else None,
            amount=self.amounts.text(index),
            posting_date_time=posted,
            execution_date_time=self._executed(day, posted) if self.sample.execution_date_time else None,
            value_date_time=posted if self.sample.value_date_time else None,
        )

    def text(self, day: int, at: int, instant: int, *, is_plain: bool) -> str:
        """Return row number *at* of *day*, posted at *instant*, as JSON text; *is_plain* omits details of later syncs.

        Source: sync.early-transactions
        """
        _, first, identity = self._opened(day)
        if at:
            identity = f"{identity}.{at}"
        ids = self.ids.of(identity + self._suffix, self.number, first + at)
        posted = text_of(instant)
        executed = self._executed(day, posted) if self._waits_days else posted
        form = self._forms.get(is_plain) or self._form(is_plain=is_plain)
        return form % (*ids, self.amounts.text(first + at), posted, executed, posted)

    def cents(self, day: int, at: int) -> int:
        """Return the amount of row number *at* of *day*, in cents."""
        return self.amounts.cents(self.days.index(day) * self.per_day + at)

    def note(self, day: int, at: int) -> None:
        """Register the ids of a row, so that reports show symbols instead, without generating the row."""
        self.ids.note(self._name(day, at), self._ids(day, at))

    def find(self, tail: str) -> tuple[int, int] | None:
        """Return the day and number of the row whose key ends with *tail*; None if this series has no such row."""
        number, _, at = tail.partition(".")
        day = self.days.day(number)
        if day is None or (at and not (at.isascii() and at.isdigit() and len(at) < 6)):
            return None
        place = (day, int(at or 0))
        return place if place[1] < self.per_day and self._name(*place) == f"{self.key}:{tail}" else None

    def read(self, fiskil_id: str) -> tuple[int, int] | None:
        """Return the day and number of the row with this id; None if this series has no such row."""
        series, index = self.ids.place(fiskil_id)
        if series != self.number:
            return None
        number, at = divmod(index, self.per_day)
        day = self.days.at(number)
        return (day, at) if day is not None and self._ids(day, at)[0] == fiskil_id else None

    def _opened(self, day: int) -> tuple[int, int, str]:
        """Return *day*, the index of its first row, and the text for that row's ids; the latest result is cached."""
        latest = self._latest
        if latest[0] != day:
            self._latest = latest = day, self.days.index(day) * self.per_day, self.days.identity(self.key, day)
        return latest

    def _ids(self, day: int, at: int) -> tuple[str, str]:
        """Return ``fiskil_id`` and ``transaction_id`` of row number *at* of *day*."""
        identity, index = self.days.identity(self.key, day), self.days.index(day) * self.per_day + at
        return self.ids.of((f"{identity}.{at}" if at else identity) + self._suffix, self.number, index)

    def _name(self, day: int, at: int) -> str:
        name = self.days.name(self.key, day)
        return f"{name}.{at}" if at else name

    def _executed(self, day: int, posted: str) -> str:
        return text_of(instant_of(day + 1 - self._waits_days, MORNING)) if self._waits_days else posted

    def _form(self, *, is_plain: bool) -> str:
        """Return the JSON text of the sample row as a format string, with exactly six conversions for the values."""
        sample = plain(self.sample) if is_plain else self.sample
        text = bytes(sample.wire).decode().replace("%", "%%")
        previous = ""
        for mark in MARKS:
            # For a field that the row lacks, a conversion that prints nothing keeps their number at six.
            text = text if mark in text else text.replace(previous, f"{previous}%.0s", 1)
            previous = mark if mark in text else previous
        for mark in MARKS:
            text = text.replace(mark, "%s")
        self._forms[is_plain] = text
        return text


class Place(Struct, frozen=True):
    """The identity of a regular row: its series, its day, and its number in that day."""

    series: Series
    day: int
    at: int


def plain(row: Transaction) -> Transaction:
    """Return *row* without the details that a later sync adds, such as the merchant. Source: sync.early-transactions"""
    return msgspec.structs.replace(row, merchant_name=None, merchant_category_code=None, extended_data=None)
