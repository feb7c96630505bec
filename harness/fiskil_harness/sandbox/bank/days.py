"""Days and times of rows as integers, so that no row needs a datetime object.

A day is a date ordinal on the Australian east coast. An instant is a UTC time in whole minutes, counted from the day before
the first date of ``datetime``.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

EAST_COAST = ZoneInfo("Australia/Sydney")
DAY = 1440
# Clocks change between two and three at night; from four in the morning on, a day's offset from UTC is constant.
_SETTLED = 4 * 60
_TIMES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(DAY))
# The most minutes by which an east coast day begins before the UTC day of the same date.
EARLIEST = 11 * 60


def instant_of(day: int, minute: int) -> int:
    """Return the UTC time, in minutes, of *minute* of the east coast *day*.

    Of a minute that occurs twice, this is the first occurrence. A minute that is skipped counts as one hour later.
    """
    morning, later = _offsets(day)
    if morning != later and minute < _SETTLED:
        later = _offset(day, minute)
    return day * DAY + minute - later


def day_of(instant: int) -> int:
    """Return the east coast day to which the time *instant* belongs.

    All rows of earlier days are before *instant*, and all rows of later days are after it.
    """
    return (instant + EARLIEST) // DAY


def text_of(instant: int) -> str:
    """Return *instant* (UTC minutes) as RFC 3339 text."""
    return _date(instant // DAY) + _TIMES[instant % DAY]


def instant_in(text: str) -> int:
    """Return the time in a row's RFC 3339 *text* as UTC minutes."""
    return floor_of(datetime.fromisoformat(text))


def floor_of(at: datetime) -> int:
    """Return the last whole minute that is not after *at*, as UTC minutes."""
    offset = at.utcoffset()
    assert offset is not None
    return at.toordinal() * DAY + at.hour * 60 + at.minute - int(offset.total_seconds() // 60)


def ceiling_of(at: datetime) -> int:
    """Return the first whole minute that is not before *at*, as UTC minutes."""
    return floor_of(at) + (1 if at.second or at.microsecond else 0)


def stamp(at: datetime) -> str:
    """Return *at* as RFC 3339 text in UTC, as rows contain it, without its seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


@lru_cache(maxsize=4096)
def _offsets(day: int) -> tuple[int, int]:
    """Return the offsets from UTC, in minutes, at the start of a day and from four in the morning on."""
    return _offset(day, 0), _offset(day, _SETTLED)


def _offset(day: int, minute: int) -> int:
    at = datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), EAST_COAST)
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
