"""Converts each value of a transaction to text, so that a missing value becomes the text "None".

Store a missing value as null.
"""

from dataclasses import replace as with_changes

from reference_app import app, rows

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Convert the values of a transaction to text."""
    if reading.dataset.name == "transactions":
        row = with_changes(row, values=tuple(map(str, row.values)))
    _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
