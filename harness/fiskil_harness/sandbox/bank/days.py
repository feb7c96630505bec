"""Days and minutes of rows: days are those of the east coast and have ordinals, instants are whole minutes in UTC.

An instant counts minutes from the day before the first of the calendar, so that no row of a day needs a datetime of its own.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

EAST_COAST = ZoneInfo("Australia/Sydney")
DAY = 1440
# Clocks change between two and three in the night; from four on a day has one offset.
_SETTLED = 4 * 60
_TIMES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:00Z" for minute in range(DAY))
# How far a day of the east coast begins before the UTC day of the same date, at most.
EARLIEST = 11 * 60


def instant_of(day: int, minute: int) -> int:
    """The instant at which the east coast's clocks first show *minute* of *day*; one that they skip is an hour later."""
    morning, later = _offsets(day)
    if morning != later and minute < _SETTLED:
        later = _offset(day, minute)
    return day * DAY + minute - later


def day_of(instant: int) -> int:
    """The only day of the east coast whose rows may lie on both sides of *instant*; all of the next are later."""
    return (instant + EARLIEST) // DAY


def text_of(instant: int) -> str:
    """An instant as rows write it."""
    return _date(instant // DAY) + _TIMES[instant % DAY]


def instant_in(text: str) -> int:
    """The instant that a row's text names."""
    return floor_of(datetime.fromisoformat(text))


def floor_of(at: datetime) -> int:
    """The last whole minute that is not after *at*, anywhere between the ends of the calendar."""
    offset = at.utcoffset()
    assert offset is not None
    return at.toordinal() * DAY + at.hour * 60 + at.minute - int(offset.total_seconds() // 60)


def ceiling_of(at: datetime) -> int:
    """The first whole minute that is not before *at*."""
    return floor_of(at) + (1 if at.second or at.microsecond else 0)


def stamp(at: datetime) -> str:
    """An instant as rows write it, from a datetime."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")


@lru_cache(maxsize=4096)
def _offsets(day: int) -> tuple[int, int]:
    """How many minutes the east coast is ahead of UTC in the first minute of a day and from four in the morning on."""
    return _offset(day, 0), _offset(day, _SETTLED)


def _offset(day: int, minute: int) -> int:
    at = datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), EAST_COAST)
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
