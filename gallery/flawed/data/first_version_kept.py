"""Keeps the first version of a row, so corrected amounts and posted payments never appear.

Update a row whenever a reading contains it.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Insert new rows; of stored rows, record only that they still exist."""
    updated = tx.execute(
        f"UPDATE {reading.dataset.name} SET seen_in = ?, deleted_at = NULL WHERE end_user_id = ? AND fiskil_id = ?",
        (reading.number, end_user_id, row.fiskil_id),
    )
    if updated.rowcount == 0:
        _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
