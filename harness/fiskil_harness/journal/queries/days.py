"""The days and moments that a value in the app's state may mean."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from fiskil_harness.journal.queries.page_dates import written_days

HOURS = (0, 8, 9.5, 10, 10.5, 11)
"""Offsets from UTC, in hours, of the time zones in which an app may show a day: UTC and the Australian states."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
EDGES = (1, 9999)
MOST_MILLISECONDS = 10**13
"""A larger number is no time since 1970."""

LONG_AGO, FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def days_of(value: Any) -> frozenset[date]:
    """Return the days that *value* may mean.

    A date is one day; with the month as a number after or before the day, it may be two. A time may be on different days in
    UTC and in Australia. Any other value gives no day, and so does a time at the edge of the calendar, which stands for
    "always" or "never".
    """
    if isinstance(value, int | float):
        moment = moment_of(value)
        return _days(moment) if moment is not None else frozenset()
    if not isinstance(value, str):
        return frozenset()
    try:
        # Python reads some texts of digits as dates too.
        moment = datetime.fromisoformat(value) if _DATE.fullmatch(value) else None
        if moment is None:
            return written_days(value)
        if moment.year in EDGES:
            return frozenset()
        return _days(moment) if moment.tzinfo is not None else frozenset({moment.date()})
    except (ValueError, OverflowError):
        return frozenset()


def moment_of(value: Any) -> datetime | None:
    """Return the moment that *value* means, or None.

    It is a text with a date, a time and an offset from UTC, or a number of seconds or milliseconds since 1970.
    """
    if isinstance(value, int | float):
        is_time = not isinstance(value, bool) and abs(value) < MOST_MILLISECONDS
        moments = [_moment(value), _moment(value / 1000)] if is_time else []
        return next((moment for moment in moments if moment is not None), None)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and _DATE.fullmatch(value) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None and moment.year not in EDGES else None


def _days(moment: datetime) -> frozenset[date]:
    return frozenset(moment.astimezone(timezone(timedelta(hours=hours))).date() for hours in HOURS)


def _moment(seconds: float) -> datetime | None:
    """Return the time that is *seconds* after the start of 1970, or None if that is not in this century."""
    if not LONG_AGO.timestamp() <= seconds <= FAR_OFF.timestamp():
        return None
    return datetime.fromtimestamp(seconds, UTC)
