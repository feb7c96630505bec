"""Keeps a row as it was read first: a corrected amount, or a pending payment that is posted, never shows."""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Insert what is new; of what is known, note only that it is still there."""
    seen = tx.execute(
        f"UPDATE {reading.dataset.name} SET seen_in = ?, deleted_at = NULL WHERE end_user_id = ? AND fiskil_id = ?",
        (reading.number, end_user_id, row.fiskil_id),
    )
    if seen.rowcount == 0:
        _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
