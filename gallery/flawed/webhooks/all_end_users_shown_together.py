"""Shows every end user the transactions of all of them: one condition of the query is missing."""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows


def active(tx, dataset, end_user_id):
    """The rows that count; whose they are is forgotten."""
    columns = ", ".join(("fiskil_id", "account_id", "consent_id", *dataset.columns))
    found = tx.execute(f"SELECT {columns} FROM {dataset.name} WHERE deleted_at IS NULL ORDER BY fiskil_id")
    return [{name: value for name, value in dict(row).items() if value is not None} for row in found]


rows.active = active
build = app.build
