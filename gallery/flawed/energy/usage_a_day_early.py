"""Takes the dates of usage as midnight in Sydney and stores the days in UTC, so each read is a day early.

Store a date without a time as a date.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from correct import energy_only
from reference_app.fiskil import responses

SYDNEY = ZoneInfo("Australia/Sydney")
DATES = ("read_start_date", "read_end_date")
_row = responses.row


def in_utc(day):
    """Return the day in UTC at the midnight with which *day* begins in Sydney."""
    return datetime.fromisoformat(day).replace(tzinfo=SYDNEY).astimezone(UTC).date().isoformat()


def row(record, dataset):
    """Parse one row, with the days of a meter read in UTC."""
    return _row({**record, **{name: in_utc(record[name]) for name in DATES if name in record}}, dataset)


responses.row = row
build = energy_only.build
