"""Shows every end user the invoices of all end users, because the query does not select by end user.

Select rows by end_user_id.
"""

# ruff: noqa: S608  (the names of tables and columns come from the app, never from outside)

from correct import energy_only
from reference_app import rows

_active = rows.active


def active(tx, dataset, end_user_id):
    """Return the visible rows; the invoices of all end users."""
    if dataset.name != "invoices":
        return _active(tx, dataset, end_user_id)
    columns = ", ".join(("fiskil_id", "account_id", "consent_id", *dataset.columns))
    rows_of_all = tx.execute(f"SELECT {columns} FROM invoices WHERE deleted_at IS NULL ORDER BY fiskil_id")
    return [{name: value for name, value in dict(row).items() if value is not None} for row in rows_of_all]


rows.active = active
build = energy_only.build
