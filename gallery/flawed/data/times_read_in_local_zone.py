"""Reads the times of transactions as times of Sydney, and stores them in UTC, so each is ten or eleven hours early.

The `Z` at the end of a time says that it is UTC; let a library parse it.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reference_app import app
from reference_app.fiskil import responses

SYDNEY = ZoneInfo("Australia/Sydney")
_row = responses.row


def moved(value):
    """Return a time without its zone, read as a time of Sydney, in UTC; None stays None."""
    return value and f"{datetime.fromisoformat(value[:19]).replace(tzinfo=SYDNEY).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def row(record, dataset):
    """Parse a row whose times are moved."""
    times = {name: moved(value) for name, value in record.items() if name.endswith("_date_time")}
    return _row({**record, **times}, dataset)


responses.row = row
build = app.build
