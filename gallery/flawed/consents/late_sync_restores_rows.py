"""Stores the rows of a reading although the consent was revoked while the reading was in progress.

Check that the consent is active in the transaction that writes its rows.
"""

from reference_app import app, rows, sync

_apply = sync.apply_message


def apply_message(tx, message, news):
    """Store every row of the reading, whatever the status of its consent."""
    outcome = _apply(tx, message, news)
    for reading in news.readings:
        rows.replace(tx, message.end_user_id, reading, {row.consent_id for row in reading.rows})
    return outcome


sync.apply_message = apply_message
build = app.build
