"""Stores only the accounts of the first reading, so an account that joins later never appears.

Take the accounts from the newest reading: the accounts of a consent may change.
"""

from dataclasses import replace as with_changes

from reference_app import app, datasets, rows

_replace = rows.replace


def replace(tx, end_user_id, reading, allowed):
    """Drop the rows of accounts that were not in the first reading."""
    first_ids = {row["account_id"] for row in rows.active(tx, datasets.ACCOUNTS, end_user_id)}
    if first_ids:
        reading = with_changes(reading, rows=tuple(row for row in reading.rows if row.account_id in first_ids))
    return _replace(tx, end_user_id, reading, allowed)


rows.replace = replace
build = app.build
