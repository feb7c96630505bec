"""Stores texts in columns for characters of at most three bytes, so a sync in which one row has an emoji fails as a whole.

Use columns that can store every character, such as ``utf8mb4`` in MySQL.
"""

from reference_app import app, rows

LARGEST = 0xFFFF

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Refuse a row with a character of four bytes, as such a column does."""
    if any(ord(character) > LARGEST for value in row.values for character in str(value)):
        raise ValueError("incorrect string value")
    _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
