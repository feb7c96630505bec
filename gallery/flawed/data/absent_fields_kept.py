"""Keeps the stored value of a column if a row no longer has the field.

Store every column of a reading: the API leaves out a field without a value.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from dataclasses import replace as with_changes

from reference_app import app, rows

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Fill in missing values from the stored row."""
    columns = ", ".join(reading.dataset.columns)
    select = f"SELECT {columns} FROM {reading.dataset.name} WHERE end_user_id = ? AND fiskil_id = ?"
    stored = tx.execute(select, (end_user_id, row.fiskil_id)).fetchone()
    if stored is not None:
        values = (old if new is None else new for old, new in zip(stored, row.values, strict=True))
        row = with_changes(row, values=tuple(values))
    _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
