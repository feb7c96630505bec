"""Ignores new rows that are dated before the newest stored row, so late bookings never appear.

New rows may have any date. Identify rows by fiskil_id, and compare complete readings.
"""

from dataclasses import replace as with_changes

from reference_app import app, rows
from reference_app.datasets import TRANSACTIONS

_replace = rows.replace
_POSTED = TRANSACTIONS.columns.index("posting_date_time")


def replace(tx, end_user_id, reading, allowed):
    """Store only rows that are known or newer."""
    if reading.dataset is TRANSACTIONS:
        select = "SELECT fiskil_id, posting_date_time FROM transactions WHERE end_user_id = ?"
        stored = dict(tuple(row) for row in tx.execute(select, (end_user_id,)))
        newest = max((posted for posted in stored.values() if posted), default="")
        accepted = [row for row in reading.rows if row.fiskil_id in stored or (row.values[_POSTED] or newest) >= newest]
        reading = with_changes(reading, rows=tuple(accepted))
    return _replace(tx, end_user_id, reading, allowed)


rows.replace = replace
build = app.build
