"""Updates the amount and the description of a stored row, but no other column of it.

Update every column of a row whenever a reading contains it.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows

UPDATED = {"amount", "description", "status", "current_balance", "available_balance", "open_status"}

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Insert new rows; of stored rows, update some columns."""
    values = {name: value for name, value in zip(reading.dataset.columns, row.values, strict=True) if name in UPDATED}
    columns = {**values, "seen_in": reading.number, "deleted_at": None}
    changes = ", ".join(f"{name} = ?" for name in columns)
    updated = tx.execute(
        f"UPDATE {reading.dataset.name} SET {changes} WHERE end_user_id = ? AND fiskil_id = ?",
        (*columns.values(), end_user_id, row.fiskil_id),
    )
    if updated.rowcount == 0:
        _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
