"""Stores texts up to the first character of four bytes, as a column of MySQL's `utf8` does: what follows an emoji is lost.

Use an encoding that has every character, such as `utf8mb4`.
"""

from reference_app import app
from reference_app.fiskil import responses

_row = responses.row


def stored(value):
    """Return a text up to its first character of four bytes."""
    if not isinstance(value, str):
        return value
    return value[: next((number for number, letter in enumerate(value) if ord(letter) > 0xFFFF), len(value))]


def row(record, dataset):
    """Parse a row with such texts."""
    return _row({name: stored(value) for name, value in record.items()}, dataset)


responses.row = row
build = app.build
