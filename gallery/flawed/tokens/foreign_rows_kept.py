"""Stores and keeps rows of a consent that the end user never gave, because it cleans up the known consents only.

Discard a row unless its arrangement_id is an active consent of this end user, and drop every row that a read lacks.
"""

from reference_app import app, consents, rows

_replace = rows.replace


def replace(tx, end_user_id, reading, allowed):
    """Allow the consents of all rows in the reading."""
    return _replace(tx, end_user_id, reading, {*allowed, *(row.consent_id for row in reading.rows)})


def remove_vanished(tx, end_user_id, reading):
    """Delete the vanished rows of known consents."""
    for consent in consents.of_end_user(tx, end_user_id):
        delete = f"DELETE FROM {reading.dataset.name} WHERE consent_id = ? AND seen_in < ?"  # noqa: S608
        tx.execute(delete, (consent["consent_id"], reading.number))


rows.replace, rows.remove_vanished = replace, remove_vanished
build = app.build
