"""Updates a stored transaction only if its amount, description or status differs, so other corrections are lost.

Update every column of a row whenever a reading contains it, without a comparison.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows

COMPARED = ("amount", "description", "status")

_upsert = rows.upsert


def upsert(tx, end_user_id, reading, row):
    """Skip a transaction whose compared columns are equal; record only that it still exists."""
    if reading.dataset.name == "transactions":
        values = dict(zip(reading.dataset.columns, row.values, strict=True))
        equal = " AND ".join(f"{name} IS ?" for name in COMPARED)
        skipped = tx.execute(
            f"UPDATE transactions SET seen_in = ?, deleted_at = NULL WHERE end_user_id = ? AND fiskil_id = ? AND {equal}",
            (reading.number, end_user_id, row.fiskil_id, *(values[name] for name in COMPARED)),
        )
        if skipped.rowcount:
            return
    _upsert(tx, end_user_id, reading, row)


rows.upsert = upsert
build = app.build
