"""Takes an empty list for an error of the bank, so rows stay visible when the bank has removed all of them.

A complete list without rows is a result too. Remove the stored rows.
"""

from reference_app import app, rows

_remove_vanished = rows.remove_vanished


def remove_vanished(tx, end_user_id, reading):
    """Remove the rows that a reading does not contain, unless it contains none."""
    if reading.rows:
        _remove_vanished(tx, end_user_id, reading)


rows.remove_vanished = remove_vanished
build = app.build
