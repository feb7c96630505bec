"""Shows every end user the rows of all end users, because the query does not select by end user.

Select rows by end_user_id.
"""

# ruff: noqa: S608  (the names of tables and columns come from datasets.py, never from outside)

from reference_app import app, rows


def active(tx, dataset, end_user_id):
    """Return the visible rows of all end users."""
    columns = ", ".join(("fiskil_id", "account_id", "consent_id", *dataset.columns))
    rows_of_all = tx.execute(f"SELECT {columns} FROM {dataset.name} WHERE deleted_at IS NULL ORDER BY fiskil_id")
    return [{name: value for name, value in dict(row).items() if value is not None} for row in rows_of_all]


rows.active = active
build = app.build
