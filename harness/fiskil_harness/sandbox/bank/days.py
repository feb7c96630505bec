"""Days and minutes of rows: a day is an ordinal of the Australian east coast, an instant a whole minute in UTC.

An instant counts minutes from the day before the calendar's first, so that no row needs a datetime object.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

EAST_COAST = ZoneInfo("Australia/Sydney")
DAY = 1440
# Clocks change between two and three at night; from four in the morning on a day has one offset.
_SETTLED = 4 * 60
_TIMES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(DAY))
# The most minutes by which an east coast day begins before the UTC day of the same date.
EARLIEST = 11 * 60


def instant_of(day: int, minute: int) -> int:
    """Return the instant at which east coast clocks first show *minute* of *day*; a skipped minute is one hour later."""
    morning, later = _offsets(day)
    if morning != later and minute < _SETTLED:
        later = _offset(day, minute)
    return day * DAY + minute - later


def day_of(instant: int) -> int:
    """Return the only east coast day that can have rows before and after *instant*; every later day's rows are after it."""
    return (instant + EARLIEST) // DAY


def text_of(instant: int) -> str:
    """Return an instant in the text form that rows use."""
    return _date(instant // DAY) + _TIMES[instant % DAY]


def instant_in(text: str) -> int:
    """Return the instant that a row's text names."""
    return floor_of(datetime.fromisoformat(text))


def floor_of(at: datetime) -> int:
    """Return the last whole minute that is not after *at*, for any datetime of the calendar."""
    offset = at.utcoffset()
    assert offset is not None
    return at.toordinal() * DAY + at.hour * 60 + at.minute - int(offset.total_seconds() // 60)


def ceiling_of(at: datetime) -> int:
    """Return the first whole minute that is not before *at*."""
    return floor_of(at) + (1 if at.second or at.microsecond else 0)


def stamp(at: datetime) -> str:
    """Return a datetime in the text form that rows use."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


@lru_cache(maxsize=4096)
def _offsets(day: int) -> tuple[int, int]:
    """Return the offset from UTC, in minutes, in the first minute of a day and from four in the morning on."""
    return _offset(day, 0), _offset(day, _SETTLED)


def _offset(day: int, minute: int) -> int:
    at = datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), EAST_COAST)
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
