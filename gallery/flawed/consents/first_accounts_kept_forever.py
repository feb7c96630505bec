"""Keeps to the accounts that the first reading under a consent named, so one that joins later never shows.

What a consent covers may grow; the latest list of accounts says what it is.
"""

from dataclasses import replace as changed

from reference_app import app, datasets, rows

_replace = rows.replace


def replace(tx, end_user_id, reading, allowed):
    """Rows of accounts that were chosen, as it was understood once."""
    known = {row["account_id"] for row in rows.active(tx, datasets.ACCOUNTS, end_user_id)}
    if known:
        reading = changed(reading, rows=tuple(row for row in reading.rows if row.account_id in known))
    return _replace(tx, end_user_id, reading, allowed)


rows.replace = replace
build = app.build
