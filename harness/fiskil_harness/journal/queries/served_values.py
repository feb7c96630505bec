"""Values in the app's state under the names that the API uses, beside the values that the API served for the same row.

Only numbers and dates are compared: apps rewrite texts for many reasons.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation
from functools import lru_cache
from math import isclose
from typing import Any

from msgspec import Struct, structs

from fiskil_harness.journal.queries.days import days_of, moment_of
from fiskil_harness.journal.queries.json_leaves import leaves
from fiskil_harness.journal.queries.rows import Place, holds_value, name_of_row

Row = dict[str, Any]

INTERNAL = "key"
"""The field of a row in the journal that the API does not serve."""
CENTS = Decimal("0.01")
MOST_DIGITS = 40
"""A number with more digits than this before or after the point is not read."""

NOT_MONEY = frozenset({"rate", "percentage", "percent", "price"})
"""Words in the names of fields whose fractions of a cent matter."""
HALF_HOUR, MOST_OFFSET = timedelta(minutes=30), timedelta(hours=14)
"""The unit of most offsets of time zones from UTC, and the largest offset."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_EXACT = Context(prec=100)


class ShownField(Struct, frozen=True):
    """One field of one row: the values in the app's state, and those that the API served.

    *served* has one value for each version of the row. *days* has the values of all date fields of the row, because an app
    may show one date in place of another. *row* is the row's name in reports.
    """

    row: str
    name: str
    shown: tuple[Any, ...]
    served: tuple[Any, ...]
    days: tuple[Any, ...]

    @property
    def is_date(self) -> bool:
        """True if the field has dates or times."""
        return all(is_date_text(value) for value in self.served)

    @property
    def is_moved(self) -> bool:
        """True if the field has a served moment moved by hours."""
        return any(_is_moved(value, self.days) for value in self.shown)

    @property
    def shared_days(self) -> set[date]:
        """Return the days that both a shown value and a date of the row may mean."""
        served = {day for value in self.days for day in days_of(value)}
        return {day for value in self.shown for day in days_of(value)} & served

    @property
    def is_number(self) -> bool:
        """True if the field has numbers, as JSON numbers or as text with a decimal point."""
        return all(_served_number(value) is not None for value in self.served)

    @property
    def agrees(self) -> bool:
        """True if a shown value is a served one in another spelling, or cannot be read as a date or number."""
        return any(shown in self.served for shown in self.shown) or any(map(self._agrees, self.shown))

    @property
    def is_close(self) -> bool:
        """True if a shown value is a served one with fewer digits, or a day beside a served one."""
        if self.is_date:
            days = {day for value in self.shown for day in days_of(value)}
            near = {day + timedelta(days=count) for value in self.served for day in days_of(value) for count in (-1, 1)}
            return bool(days & near)
        return any(_is_rounded(shown, served) for shown in self.shown for served in self.served)

    @property
    def factors(self) -> set[float]:
        """Return the numbers by which the app may have multiplied a served value, rounded."""
        pairs = [(_number(shown), _served_number(served)) for shown in self.shown for served in self.served]
        return {float(f"{abs(shown / served):.6g}") for shown, served in pairs if shown and served}

    def divided_by(self, factor: float) -> "ShownField":
        """Return the field as if the app had not multiplied its numbers by *factor*, to the precision of a float."""
        shown = (number / Decimal(repr(factor)) for value in self.shown if (number := _number(value)) is not None)
        return structs.replace(self, shown=tuple(f"{number:.15g}" for number in shown))

    def __str__(self) -> str:
        """Return a line for reports."""
        moment = moment_of(self.shown[0]) if self.is_date and not isinstance(self.shown[0], str) else None
        shown = f"{self.shown[0]}, which is {moment:%Y-%m-%dT%H:%M:%SZ}" if moment else self.shown[0]
        return f"{self.row}: {self.name} is {shown}, and the API served {' or '.join(map(str, self.served))}"

    def _agrees(self, shown: Any) -> bool:
        if self.is_date and _is_moved(shown, (*self.days, *self.served)):
            return False
        if self.is_date:
            # An app may show the day after the last one as the end of a period.
            after = timedelta(days=1 if "end" in self.name.split("_") else 0)
            served = {day for value in (*self.days, *self.served) for day in days_of(value)}
            days = days_of(shown)
            return not days or bool(days & served) or any(day - after in served for day in days)
        is_money = NOT_MONEY.isdisjoint(self.name.split("_"))
        return _number(shown) is None or any(_is_equal(shown, served, is_money=is_money) for served in self.served)


def shown_fields(mentions: Mapping[str, Sequence[Place]], versions: Mapping[str, Sequence[Row]]) -> Iterator[ShownField]:
    """Yield each number and date that the state shows under the API's name in a record with the row's id.

    A value that differs counts only if the record is a copy of the row: it contains another value of the row, besides ids,
    or has several fields of the row, all of them right or almost right. Names are compared without underscores and case. A
    name that a row or a record contains twice is left out.

    Args:
        mentions: The places of each ``fiskil_id`` in the state.
        versions: The versions of each row that the API served, by ``fiskil_id``.
    """
    for fiskil_id, rows in versions.items():
        served = [_by_name(row) for row in rows]
        days = _distinct(value for version in served for value in version.values() if is_date_text(value))
        records = [place.record for place in mentions[fiskil_id] if isinstance(place.record, dict)]
        shown = [(record, {plain_name(name): value for name, value in _by_name(record).items()}) for record in records]
        fields: dict[str, tuple[ShownField, bool]] = {}
        for name in served[-1]:
            values = _distinct(version[name] for version in served if name in version)
            having = [(record, named[plain_name(name)]) for record, named in shown if plain_name(name) in named]
            field = ShownField(name_of_row(rows[-1]), name, tuple(value for _, value in having), values, days)
            if not having or not (field.is_date or field.is_number):
                continue
            fields[name] = field, field.agrees or any(_is_copy(record, served[-1], name) for record, _ in having)
        is_copy = len(fields) > 1 and all(is_known or field.is_close for field, is_known in fields.values())
        yield from (field for field, is_known in fields.values() if is_known or is_copy)


def _by_name(record: Row) -> Row:
    """Return the values inside *record* by the last name of their path, without names that occur more than once."""
    values = [(path[-1], value) for path, value in leaves(record) if path and path != (INTERNAL,) and value is not None]
    counts = Counter(plain_name(name) for name, _ in values)
    return {name: value for name, value in values if counts[plain_name(name)] == 1 and not isinstance(value, list | tuple)}


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return *name* as it is compared: without underscores and case."""
    return name.replace("_", "").casefold()


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _is_copy(record: Row, row: Row, name: str) -> bool:
    """Return True if *record* contains a value of *row* other than that of the field *name*, and other than an id."""
    others = (value for other, value in row.items() if other != name and not other.endswith("_id") and _is_telling(value))
    return any(holds_value(record, value) for value in others)


def _is_telling(value: Any) -> bool:
    return value is not None and value != "" and not isinstance(value, bool)


def is_date_text(value: Any) -> bool:
    """Return True if *value* is a text with a date, or with a date and a time."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None and _is_day(value)


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    return bool(days_of(text))


def _is_moved(shown: Any, served: Iterable[Any]) -> bool:
    """Return True if *shown* is a served moment moved by hours, as by an app that reads UTC as the time of its own zone.

    An app may leave out the time, and show midnight or noon. So only a served moment counts that is neither on the hour nor
    half past, and whose minutes and seconds the app kept.
    """
    moment = moment_of(shown)
    if moment is None:
        return False
    distances = [abs(moment - other) for value in served if (other := moment_of(value)) is not None and other.minute % 30]
    return any(timedelta() < distance <= MOST_OFFSET and not distance % HALF_HOUR for distance in distances) and not any(
        distance < HALF_HOUR for distance in distances
    )


def _served_number(value: Any) -> Decimal | None:
    return None if isinstance(value, str) and not _DECIMAL.fullmatch(value) else _number(value)


def _number(value: Any) -> Decimal | None:
    """Return *value* as a number, or None if it is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS else None


def _is_equal(shown: Any, served: Any, *, is_money: bool) -> bool:
    """Return True if the two are equal, without the sign.

    JSON numbers may have the precision of 32 bits, and money may have fractions of a cent rounded.
    """
    left, right = abs(_number(shown) or Decimal(0)), abs(_number(served) or Decimal(0))
    if not isinstance(served, str):
        return isclose(left, right, rel_tol=1e-7)
    return left == right or (is_money and _decimals(right) > 2 and left in _rounded(right, CENTS))


def _is_rounded(shown: Any, served: Any) -> bool:
    """Return True if *shown* is *served* rounded up or down to fewer decimal places."""
    left, right = _number(shown), _number(served)
    if left is None or right is None or _decimals(left) >= _decimals(right):
        return False
    # An app may store cents, or percent: such a number has not lost digits.
    is_scaled = abs(left) in {abs(right) * factor for factor in (100, 1000)}
    return abs(left) in _rounded(abs(right), Decimal(1).scaleb(-_decimals(left))) and not is_scaled


def _rounded(number: Decimal, unit: Decimal) -> set[Decimal]:
    """Return *number* rounded down and up to a multiple of *unit*."""
    return {number.quantize(unit, rounding=mode, context=_EXACT) for mode in (ROUND_FLOOR, ROUND_CEILING)}


def _decimals(number: Decimal) -> int:
    exponent = number.normalize(_EXACT).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
