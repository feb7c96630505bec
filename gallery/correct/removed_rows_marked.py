"""Shows each removed row with a mark, and drops it after three syncs without it."""

# ruff: noqa: S608  (the names of tables and columns come from the app's own datasets.py)

from reference_app import app, rows

SYNCS_SHOWN = 3

_replace, _active = rows.replace, rows.active


def replace(tx, end_user_id, reading, allowed):
    """Count one more sync for each row that is marked as removed."""
    consent_ids = _replace(tx, end_user_id, reading, allowed)
    count_syncs(tx, end_user_id, reading)
    return consent_ids


def count_syncs(tx, end_user_id, reading):
    """Add one to the count of each removed row; a row that is back starts again at zero."""
    tx.execute(
        "CREATE TABLE IF NOT EXISTS missing (dataset TEXT, fiskil_id TEXT, syncs INTEGER, UNIQUE (dataset, fiskil_id))"
    )
    name = reading.dataset.name
    gone = f"SELECT fiskil_id FROM {name} WHERE deleted_at IS NOT NULL"
    tx.execute(f"DELETE FROM missing WHERE dataset = ? AND fiskil_id NOT IN ({gone})", (name,))
    tx.execute(
        f"INSERT INTO missing SELECT ?, fiskil_id, 1 FROM {name} WHERE end_user_id = ? AND deleted_at IS NOT NULL"
        " ON CONFLICT DO UPDATE SET syncs = syncs + 1",
        (name, end_user_id),
    )


def active(tx, dataset, end_user_id):
    """Return the visible rows, and the removed ones of the last syncs with their marks."""
    if not tx.execute("SELECT 1 FROM sqlite_master WHERE name = 'missing'").fetchone():
        return _active(tx, dataset, end_user_id)
    columns = ", ".join(("fiskil_id", "account_id", "consent_id", *dataset.columns))
    marked = tx.execute(
        f"SELECT {columns} FROM {dataset.name} JOIN missing USING (fiskil_id)"
        " WHERE end_user_id = ? AND dataset = ? AND syncs <= ? AND deleted_at IS NOT NULL ORDER BY fiskil_id",
        (end_user_id, dataset.name, SYNCS_SHOWN),
    )
    removed = [{name: value for name, value in dict(row).items() if value is not None} for row in marked]
    return _active(tx, dataset, end_user_id) + [{**row, "removed": True} for row in removed]


rows.replace, rows.active = replace, active
build = app.build
