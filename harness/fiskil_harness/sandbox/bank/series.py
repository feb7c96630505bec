"""One movement's rows, each found by its day alone: a series says what they have in common and what each one adds.

A row is made when somebody asks for it, as a value or as the text that goes on the wire, and is not kept.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.core.model import Transaction
from fiskil_harness.core.randomness import RowIds
from fiskil_harness.sandbox.bank.amounts import Amounts
from fiskil_harness.sandbox.bank.days import instant_of, text_of

MORNING = 9 * 60
# What each row adds, as marks in the sample that the text is cut at.
MARKS = ("\ue000", "\ue001", "\ue002", "\ue003", "\ue004")
_SPREAD = 0xD1342543DE82EF95
_ALL = 2**64 - 1
_OPEN, _OPEN_FOR = 7 * 60, 14 * 60
_NIGHT, _NIGHT_FOR = 90, 120


class Days(Struct, frozen=True, kw_only=True):
    """On which days a series has rows: every ``step`` days from ``zero`` on, both ways; index 0 stands at ``zero``.

    ``step`` is negative where indices grow into the past. Names of days count back from ``last``, the last day of the
    history; or, where ``last`` is None, they are the indices themselves, of which the first goes without saying.
    """

    zero: int
    step: int
    last: int | None = None

    def index(self, day: int) -> int:
        """The index of a day that has rows."""
        return (day - self.zero) // self.step

    def name(self, key: str, day: int) -> str:
        """What the first row of a day is called."""
        number = self.index(day) if self.last is None else self.last - day
        return key if self.last is None and number == 0 else f"{key}:{number}"

    def day(self, tail: str) -> int | None:
        """The day that the last part of a name says; None where there is none."""
        digits = tail.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
            return None
        day = self.zero + int(tail) * self.step if self.last is None else self.last - int(tail)
        return day if (day - self.zero) % self.step == 0 else None


class Series:
    """The rows of one movement on one account. ``number`` is its place among the owner's, which row ids carry."""

    def __init__(
        self,
        *,
        key: str,
        number: int,
        days: Days,
        sample: Transaction,
        amounts: Amounts,
        ids: RowIds,
        salt: int,
        per_day: int = 1,
        waits_days: int = 0,
        suffix: str = "",
    ) -> None:
        """Derive nothing yet.

        Args:
            sample: A row with marks where each one differs.
            waits_days: So many days a row was PENDING; its execution time is that morning's.
            suffix: What the key of a row has behind it for its ids alone. Source: data.pending-posted
        """
        self.key, self.number, self.days, self.sample, self.amounts = key, number, days, sample, amounts
        self.per_day, self.ids, self._waits_days, self._suffix, self._salt = per_day, ids, waits_days, suffix, salt
        is_nightly = sample.type.startswith(("INTEREST", "FEE"))
        self._from, self._for = (_NIGHT, _NIGHT_FOR) if is_nightly else (_OPEN, _OPEN_FOR)
        self._forms: dict[bool, str] = {}
        self._latest = (0, 0, "")

    @property
    def account_id(self) -> str:
        """The account whose rows these are."""
        return self.sample.account_id

    @property
    def category(self) -> str:
        """The secondary category of every row."""
        return (self.sample.category or {}).get("secondary_category", "")

    def minute(self, day: int, at: int) -> int:
        """When in its day a row is posted, by the east coast's clocks; those of one day are in order."""
        index = self.days.index(day) * self.per_day + at
        chance = ((index * _SPREAD + self._salt) & _ALL) >> 32
        return self._from + (at * self._for + (chance * self._for >> 32)) // self.per_day

    def instant(self, day: int, at: int) -> int:
        """The same in UTC."""
        return instant_of(day, self.minute(day, at))

    def instants(self, day: int) -> list[int]:
        """When each row of a day is posted, the first row first."""
        if self.per_day == 1 or self._from == _NIGHT:
            return [self.instant(day, at) for at in range(self.per_day)]
        # By day the whole day has one offset.
        opened, first, salt, many = instant_of(day, self._from), self._opened(day)[1], self._salt, self.per_day
        return [
            opened + (at * _OPEN_FOR + ((((first + at) * _SPREAD + salt & _ALL) >> 32) * _OPEN_FOR >> 32)) // many
            for at in range(many)
        ]

    def row(self, day: int, at: int) -> Transaction:
        """The *at*-th row of a day, as a value; its ids are noted."""
        name, index = self._name(day, at), self.days.index(day) * self.per_day + at
        ids = self.ids.of(name + self._suffix, self.number, index)
        self.ids.note(name, ids)
        posted = text_of(self.instant(day, at))
        return msgspec.structs.replace(
            self.sample,
            key=name,
            fiskil_id=ids[0],
            transaction_id=ids[1],
            amount=self.amounts.text(index),
            posting_date_time=posted,
            execution_date_time=self._executed(day, posted) if self.sample.execution_date_time else None,
            value_date_time=posted,
        )

    def text(self, day: int, at: int, instant: int, *, is_plain: bool) -> str:
        """The same row as the wire has it; *is_plain* leaves out what is known late. Source: sync.early-transactions"""
        _, first, name = self._opened(day)
        if at:
            name = f"{name}.{at}"
        ids = self.ids.of(name + self._suffix, self.number, first + at)
        posted = text_of(instant)
        executed = self._executed(day, posted) if self._waits_days else posted
        form = self._forms.get(is_plain) or self._form(is_plain=is_plain)
        return form % (*ids, self.amounts.text(first + at), posted, executed, posted)

    def cents(self, day: int, at: int) -> int:
        """What a row amounts to."""
        return self.amounts.cents(self.days.index(day) * self.per_day + at)

    def note(self, day: int, at: int) -> None:
        """Let reports know what a row's ids stand for, without making it."""
        name, index = self._name(day, at), self.days.index(day) * self.per_day + at
        self.ids.note(name, self.ids.of(name + self._suffix, self.number, index))

    def find(self, tail: str) -> tuple[int, int] | None:
        """Day and place in it of the row whose key ends so; None where this series has none."""
        number, _, at = tail.partition(".")
        day = self.days.day(number)
        if day is None or (at and not (at.isascii() and at.isdigit() and len(at) < 6)):
            return None
        place = (day, int(at or 0))
        return place if place[1] < self.per_day and self._name(*place) == f"{self.key}:{tail}" else None

    def read(self, fiskil_id: str) -> tuple[int, int] | None:
        """Day and place in it of the row with this id; None where this series has none."""
        series, index = self.ids.place(fiskil_id)
        if series != self.number:
            return None
        number, at = divmod(index, self.per_day)
        day = self.days.zero + number * self.days.step
        is_known = self.ids.of(self._name(day, at) + self._suffix, series, index)[0] == fiskil_id
        return (day, at) if is_known else None

    def _opened(self, day: int) -> tuple[int, int, str]:
        """A day, the index of its first row and that row's name; the latest day asked for is kept."""
        known = self._latest
        if known[0] != day:
            self._latest = known = day, self.days.index(day) * self.per_day, self.days.name(self.key, day)
        return known

    def _name(self, day: int, at: int) -> str:
        name = self.days.name(self.key, day)
        return f"{name}.{at}" if at else name

    def _executed(self, day: int, posted: str) -> str:
        return text_of(instant_of(day + 1 - self._waits_days, MORNING)) if self._waits_days else posted

    def _form(self, *, is_plain: bool) -> str:
        """The sample as the wire has it, with a gap at each mark, always six of them."""
        sample = plain(self.sample) if is_plain else self.sample
        text = bytes(sample.wire).decode().replace("%", "%%")
        if sample.execution_date_time is None:
            # A gap that shows nothing, behind the time of posting.
            text = text.replace(MARKS[3], f"{MARKS[3]}%.0s", 1)
        for mark in MARKS:
            text = text.replace(mark, "%s")
        self._forms[is_plain] = text
        return text


class Place(Struct, frozen=True):
    """Where a regular row stands: its series, its day, and its place in the day."""

    series: Series
    day: int
    at: int


def plain(row: Transaction) -> Transaction:
    """A row before its details are known. Source: sync.early-transactions"""
    return msgspec.structs.replace(row, merchant_name=None, merchant_category_code=None, extended_data=None)
