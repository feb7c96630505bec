"""Stores every row of a response, including rows of a consent that the end user never gave.

Discard a row unless its arrangement_id is an active consent of this end user.
"""

from reference_app import app, rows

_replace = rows.replace


def replace(tx, end_user_id, reading, allowed):
    """Allow the consents of all rows in the reading."""
    return _replace(tx, end_user_id, reading, {*allowed, *(row.consent_id for row in reading.rows)})


rows.replace = replace
build = app.build
